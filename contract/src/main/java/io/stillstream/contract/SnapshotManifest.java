package io.stillstream.contract;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a student snapshot is made of and how good it is. The manifest lies in the snapshot's directory and travels on
 * {@code student-snapshots}.
 *
 * @param id content-addressed: the step and the first digits of the weights' sha256
 * @param step optimizer steps taken
 * @param files each file's sha256 and size, by name
 * @param offsets for each partition, as {@code topic-partition}, the next offset to be trained on
 * @param teacher whose targets it learned from
 * @param tokenizer sha256 of the student's tokenizer.json
 * @param loss the loss and its weights, as configured
 * @param evaluation held-out figures by name: {@code held_out_loss} in nats per token and so on
 * @param writer who wrote it, and where its ledger stood
 */
public record SnapshotManifest(
        String id,
        long step,
        Map<String, FileDigest> files,
        Map<String, Long> offsets,
        TeacherIdentity teacher,
        String tokenizer,
        Map<String, String> loss,
        Map<String, Double> evaluation,
        Instant createdAt,
        Writer writer) {

    public SnapshotManifest {
        files = new TreeMap<>(files);
        offsets = new TreeMap<>(offsets);
        loss = new TreeMap<>(loss);
        evaluation = new TreeMap<>(evaluation);
        if (id.isBlank()) {
            throw new ContractException("a snapshot needs an id");
        }
        if (step < 0) {
            throw new ContractException("snapshot " + id + " is of step " + step + "; expected 0 or more");
        }
    }

    /**
     * @param sha256 hex
     * @param size in bytes
     */
    public record FileDigest(String sha256, long size) {}

    /**
     * The trainer that wrote it. Of two trainers the one with the higher epoch is the one that counts.
     *
     * @param epoch how many times its data directory was opened up to then; 0 where nobody counted
     * @param ledgerBytes how much of the ledger leads up to it
     * @param ledgerChecksum of that part
     */
    public record Writer(long epoch, long ledgerBytes, String ledgerChecksum) {

        /** Of manifests that name none. */
        public static final Writer UNKNOWN = new Writer(0, 0, "");
    }
}
