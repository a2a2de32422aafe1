package io.stillstream.rollout.delivery;

import io.stillstream.contract.file.DirectoryTree;
import io.stillstream.contract.file.SmallFile;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The champion in the layout of Hugging Face's cache: {@code models--ORGANISATION--NAME/snapshots/ID} and {@code refs/main},
 * which holds the id. A server that is given the directory as {@code HF_HUB_CACHE} and the model's name loads what
 * {@code refs/main} names.
 *
 * <p>A snapshot is put together under another name, checked, forced to disk and renamed, and only then named by
 * {@code refs/main}, which is replaced as a whole: whoever reads {@code refs/main} finds a whole snapshot, whenever this process
 * is killed. Files are hard links where the file system allows it, so that they take no space twice.
 */
public final class HuggingFaceCache implements DeliveryTarget {

    public static final String NAME = "cache";

    private static final String UNFINISHED = ".unfinished-";

    private final Path snapshots;
    private final Path model;
    private final int keep;
    private final Duration keepFor;
    private final Clock clock;

    /**
     * @param snapshots where the trainer's snapshots are, each under its id
     * @param cache the directory of all models
     * @param name such as {@code organisation/name}
     * @param keep how many snapshots stay at least
     * @param keepFor how long a snapshot stays at least that {@code refs/main} names no more: whoever read the name is reading the files
     */
    public HuggingFaceCache(Path snapshots, Path cache, String name, int keep, Duration keepFor, Clock clock) {
        this.snapshots = snapshots;
        this.model = cache.toAbsolutePath().normalize().resolve("models--" + name.replace("/", "--"));
        this.keep = keep;
        this.keepFor = keepFor;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean concerns(RolloutDelivery delivery) {
        return delivery.movesChampion();
    }

    @Override
    public void deliver(RolloutDelivery delivery) {
        SnapshotReference champion = delivery.to();
        Path main = model.resolve("refs").resolve("main");
        try {
            Files.createDirectories(held());
            Files.createDirectories(main.resolveSibling(""));
            removeUnfinished();
            noteTime(main);
            if (champion == null) {
                if (Files.deleteIfExists(main)) {
                    force(main.resolveSibling(""));
                }
                return;
            }
            Path target = held().resolve(champion.id());
            if (!Files.isDirectory(target)) {
                add(SnapshotDirectory.open(snapshots, champion.id()), target);
            }
            SmallFile.replace(main, champion.id().getBytes(StandardCharsets.UTF_8));
            removeOld(champion.id());
        } catch (IOException e) {
            throw new DeliveryException("the cache in " + model + " could not be written: " + e, e);
        }
    }

    private Path held() {
        return model.resolve("snapshots");
    }

    private void add(SnapshotDirectory snapshot, Path target) throws IOException {
        Path unfinished = Files.createTempDirectory(
                held(), UNFINISHED + snapshot.manifest().id() + "-");
        snapshot.requireIntact(snapshot.path());
        for (String name : snapshot.servedFiles().keySet()) {
            link(snapshot.path().resolve(name), unfinished.resolve(name));
        }
        // Hashed where a server will read it, and not only where it came from: a copy may have gone wrong.
        snapshot.requireIntact(unfinished);
        Files.write(unfinished.resolve(SnapshotDirectory.MANIFEST), snapshot.manifestBytes());
        forceTree(unfinished);
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        force(held());
    }

    private static void link(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolveSibling(""));
        try {
            Files.createLink(to, from.toRealPath());
        } catch (UnsupportedOperationException | IOException e) {
            // Another file system, or one without hard links.
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The time of a snapshot's directory is that until which {@code refs/main} named it. */
    private void noteTime(Path main) throws IOException {
        if (Files.exists(main)) {
            Path named = held().resolve(Files.readString(main));
            if (Files.isDirectory(named)) {
                Files.setLastModifiedTime(named, FileTime.from(clock.instant()));
            }
        }
    }

    /** Those go that were named longest ago; what {@code refs/main} named last stays with the others. */
    private void removeOld(String current) throws IOException {
        Map<Path, Instant> named = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(held())) {
            for (Path directory : all) {
                String id = directory.getFileName().toString();
                if (!id.startsWith(".") && !id.equals(current)) {
                    named.put(directory, Files.getLastModifiedTime(directory).toInstant());
                }
            }
        }
        Instant latest = clock.instant().minus(keepFor);
        List<Path> old = named.entrySet().stream()
                .sorted(Map.Entry.<Path, Instant>comparingByValue().reversed())
                .skip(keep - 1L)
                .filter(directory -> directory.getValue().isBefore(latest))
                .map(Map.Entry::getKey)
                .toList();
        for (Path directory : old) {
            // A directory that is half removed no longer has its name.
            Path doomed = directory.resolveSibling(UNFINISHED + directory.getFileName() + "-removed");
            Files.move(directory, doomed, StandardCopyOption.ATOMIC_MOVE);
            DirectoryTree.remove(doomed);
        }
    }

    /** What a process left that was killed. */
    private void removeUnfinished() throws IOException {
        List<Path> left;
        try (Stream<Path> all = Files.list(held())) {
            left = all.filter(path -> path.getFileName().toString().startsWith(UNFINISHED))
                    .toList();
        }
        for (Path directory : left) {
            DirectoryTree.remove(directory);
        }
    }

    private static void forceTree(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(directory)) {
            all = paths.toList();
        }
        for (Path path : all) {
            force(path);
        }
    }

    /** Of a directory this forces the names in it. */
    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
