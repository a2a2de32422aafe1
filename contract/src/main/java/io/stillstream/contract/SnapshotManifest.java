package io.stillstream.contract;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.TeacherIdentity;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a student snapshot consists of and how good it is. The manifest is a file in the snapshot's directory and a record on
 * {@code student-snapshots}.
 *
 * @param id content-addressed: the step and the first digits of the weights' sha256
 * @param step optimizer steps taken
 * @param files each file's sha256 and size, by name
 * @param offsets for each partition, as {@code topic-partition}, the offset of the next record to train on
 * @param teacher whose targets it learned from
 * @param tokenizer sha256 of the student's tokenizer.json
 * @param chatTemplate sha256 of the chat template that it was trained in, which is its chat_template.jinja; empty where it was
 *     trained without one
 * @param loss the loss and its weights, as configured
 * @param evaluation held-out figures by name: {@code held_out_loss} in nats per token and so on
 * @param newestRecordAt the timestamp of the newest record of {@code teacher-targets} before these offsets;
 *     {@link Instant#EPOCH} where there is none
 * @param writer the trainer that wrote it, and how long its ledger was then
 */
public record SnapshotManifest(
        String id,
        long step,
        Map<String, FileDigest> files,
        Map<String, Long> offsets,
        TeacherIdentity teacher,
        String tokenizer,
        String chatTemplate,
        Map<String, String> loss,
        Map<String, Double> evaluation,
        Instant createdAt,
        Instant newestRecordAt,
        Writer writer) {

    private static final int EVALUATION_DIGITS = 16;
    private static final Pattern EVALUATION = Pattern.compile("evaluation-[0-9a-f]{" + EVALUATION_DIGITS + "}\\.jsonl");

    /**
     * The name of a file that tells how the snapshot did on some records. Such files are written beside the manifest after it,
     * and not named in it.
     *
     * @param records sha256 of these records, in hex
     */
    public static String evaluationFile(String records) {
        return "evaluation-" + records.substring(0, EVALUATION_DIGITS) + ".jsonl";
    }

    /** Whether a file in a snapshot's directory is such a one, by its name. */
    public static boolean isEvaluationFile(String name) {
        return EVALUATION.matcher(name).matches();
    }

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
     * @param epoch how many times a trainer had opened the data directory up to then
     * @param ledgerBytes length of the ledger up to this snapshot
     * @param ledgerChecksum checksum of that part of the ledger
     */
    public record Writer(long epoch, long ledgerBytes, String ledgerChecksum) {}
}
