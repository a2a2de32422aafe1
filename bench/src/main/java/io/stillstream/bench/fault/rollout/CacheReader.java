package io.stillstream.bench.fault.rollout;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * A server that looks again and again which snapshot a cache names, and reads all of it. It reads the name once, as Hugging
 * Face's libraries do, and takes what they would find partial, missing or changed for a fault, unless it was slower than snapshots
 * are kept for.
 */
final class CacheReader implements Runnable {

    private final Path model;
    private final Set<String> seen = new TreeSet<>();
    private volatile boolean stopping;
    private long reads;
    private long changes;
    private long late;
    private long faults;
    private String lastFault = "";

    CacheReader(Path cache, String name) {
        this.model = cache.resolve("models--" + name.replace("/", "--"));
    }

    @Override
    public void run() {
        String before = "";
        while (!stopping) {
            long began = System.nanoTime();
            String id;
            try {
                id = Files.readString(model.resolve("refs").resolve("main"));
            } catch (NoSuchFileException e) {
                // Nothing was delivered yet.
                continue;
            } catch (IOException e) {
                fault("refs/main: " + e);
                continue;
            }
            changes += id.equals(before) ? 0 : 1;
            before = id;
            seen.add(id);
            read(id, began);
            reads++;
        }
    }

    /** @param began before the name was read */
    private void read(String id, long began) {
        Path snapshot = model.resolve("snapshots").resolve(id);
        try {
            SnapshotManifest manifest =
                    SnapshotManifestCodec.decode(Files.readAllBytes(snapshot.resolve("manifest.json")));
            if (!manifest.id().equals(id)) {
                fault(id + " holds " + manifest.id());
            }
            manifest.files().forEach((name, expected) -> {
                if (!Digests.sha256(snapshot.resolve(name)).equals(expected.sha256())) {
                    fault(id + "/" + name + " is not as its manifest says");
                }
            });
        } catch (IOException | UncheckedIOException | ContractException e) {
            if (System.nanoTime() - began > DeliveryProcess.KEEP_FOR.toNanos()) {
                late++;
            } else {
                fault(id + ": " + e);
            }
        }
    }

    private void fault(String what) {
        faults++;
        lastFault = what;
    }

    void stop() {
        stopping = true;
    }

    long reads() {
        return reads;
    }

    long changes() {
        return changes;
    }

    int snapshots() {
        return seen.size();
    }

    /** Reads that failed after the time that snapshots are kept for. */
    long late() {
        return late;
    }

    long faults() {
        return faults;
    }

    String lastFault() {
        return lastFault;
    }
}
