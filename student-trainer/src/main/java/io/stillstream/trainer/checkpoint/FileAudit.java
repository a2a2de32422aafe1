package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Compares every file of checkpoints and snapshots with what the manifests say of them, and the manifests with what the
 * ledger says of those: a manifest that was rewritten as a whole, with its own checksum, is not the one that the ledger
 * lists. Whoever rewrites the whole ledger too is found out by what was kept elsewhere ({@link LedgerAudit#head}).
 */
public final class FileAudit {

    /** As the ledger names them. */
    public static final String CHECKPOINT = "checkpoint";

    public static final String SNAPSHOT = "snapshot";

    private final Path root;
    private final LedgerAudit ledger;

    public FileAudit(Path dataDirectory, LedgerAudit ledger) {
        this.root = dataDirectory.toAbsolutePath().normalize();
        this.ledger = ledger;
    }

    /**
     * A checkpoint or snapshot.
     *
     * @param directory absolute
     * @param files how many were compared, its manifest among them
     * @param findings what is not as it was written; empty where all is
     */
    public record Checked(Path directory, int files, List<Finding> findings) {}

    /** A file, absolute, and what is wrong with it. */
    public record Finding(Path file, String problem) {}

    public List<Checked> checkpoints() {
        return check(CHECKPOINT, directories(DataDirectory.checkpoints(root)));
    }

    public List<Checked> snapshots() {
        return check(SNAPSHOT, directories(DataDirectory.snapshots(root)));
    }

    private List<Checked> check(String kind, List<Path> directories) {
        Map<String, Set<String>> listed = ledger.manifests(kind);
        Set<LedgerPosition> named = new HashSet<>();
        directories.forEach(directory -> position(directory).ifPresent(named::add));
        Set<LedgerPosition> ends = ledger.ends(named);
        return directories.stream()
                .map(directory -> check(
                        kind, directory, listed.getOrDefault(String.valueOf(directory.getFileName()), Set.of()), ends))
                .toList();
    }

    /** That the manifest names; empty where it cannot be read. */
    private static Optional<LedgerPosition> position(Path directory) {
        try {
            byte[] json = Files.readAllBytes(directory.resolve(Snapshot.MANIFEST));
            return Optional.of(LedgerPosition.of(SnapshotManifestCodec.decode(json)));
        } catch (IOException | ContractException e) {
            return Optional.empty();
        }
    }

    private static Checked check(String kind, Path directory, Set<String> listed, Set<LedgerPosition> ends) {
        Path manifestFile = directory.resolve(Snapshot.MANIFEST);
        List<Finding> findings = new ArrayList<>();
        Map<String, FileDigest> files = Map.of();
        try {
            byte[] json = Files.readAllBytes(manifestFile);
            findings.addAll(compare(kind, manifestFile, Digests.sha256(json), listed));
            SnapshotManifest manifest = SnapshotManifestCodec.decode(json);
            files = manifest.files();
            if (!manifest.id().equals(String.valueOf(directory.getFileName()))) {
                findings.add(new Finding(manifestFile, "it is the manifest of " + manifest.id()));
            }
            if (!ends.contains(LedgerPosition.of(manifest))) {
                findings.add(new Finding(
                        manifestFile,
                        "it names a line of the ledger that ends at byte "
                                + manifest.writer().ledgerBytes() + ", and there is none with that checksum"));
            }
        } catch (NoSuchFileException e) {
            findings.add(new Finding(manifestFile, "it is missing"));
        } catch (IOException | ContractException e) {
            findings.add(new Finding(manifestFile, String.valueOf(e.getMessage())));
        }
        files.forEach((name, expected) -> compare(directory.resolve(name), expected, findings));
        Set<Path> known = new TreeSet<>(Set.of(manifestFile));
        files.keySet().forEach(name -> known.add(directory.resolve(name)));
        if (!files.isEmpty()) {
            for (Path file : filesIn(directory)) {
                boolean beside = directory.equals(file.getParent())
                        && SnapshotManifest.isEvaluationFile(String.valueOf(file.getFileName()));
                if (!known.contains(file) && !beside) {
                    findings.add(new Finding(file, "its manifest does not name it"));
                }
            }
        }
        return new Checked(directory, known.size(), List.copyOf(findings));
    }

    private static List<Finding> compare(String kind, Path manifest, String sha256, Set<String> listed) {
        return listed.contains(sha256)
                ? List.of()
                : List.of(new Finding(
                        manifest,
                        listed.isEmpty()
                                ? "the ledger lists no such " + kind
                                : "its sha256 is " + sha256 + "; the ledger has " + String.join(" or ", listed)));
    }

    private static void compare(Path file, FileDigest expected, List<Finding> findings) {
        try {
            long size = Files.size(file);
            String sha256 = size == expected.size() ? Digests.sha256(file) : "";
            if (size != expected.size()) {
                findings.add(new Finding(file, "it has " + size + " bytes; the manifest has " + expected.size()));
            } else if (!sha256.equals(expected.sha256())) {
                findings.add(new Finding(file, "its sha256 is " + sha256 + "; the manifest has " + expected.sha256()));
            }
        } catch (NoSuchFileException e) {
            findings.add(new Finding(file, "it is missing"));
        } catch (IOException | UncheckedIOException e) {
            findings.add(new Finding(file, "it cannot be read: " + e));
        }
    }

    private static List<Path> filesIn(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new TrainerException("the files of " + directory + " cannot be listed: " + e, e);
        }
    }

    private static List<Path> directories(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new TrainerException("the directories in " + parent + " cannot be listed: " + e, e);
        }
    }
}
