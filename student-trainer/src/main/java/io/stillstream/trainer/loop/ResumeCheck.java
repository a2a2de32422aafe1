package io.stillstream.trainer.loop;

import io.stillstream.contract.file.Digests;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.LedgerEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares what is configured with what training ran with before, and refuses to resume where they do not agree. */
final class ResumeCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ResumeCheck.class);
    private static final String TOKENIZER_FILE = "tokenizer.json";

    private final TrainerConfig config;

    ResumeCheck(TrainerConfig config) {
        this.config = config;
    }

    /**
     * Checks student, tokenizer, chat template and loss.
     *
     * @param template sha256 of the chat template to train in; empty where there is none
     * @param initialWeights sha256 of the student that {@code trainer.student} names
     * @throws TrainerException when one of them is not what it was, and {@code trainer.accept-changes} does not name it
     */
    void requireSame(Snapshot checkpoint, TrainerState state, Path student, String initialWeights, String template) {
        List<String> refused = new ArrayList<>();
        if (!state.initialWeights().equals(initialWeights)) {
            differs(
                    ResumeMismatch.STUDENT,
                    "it was trained from another student than " + student + ", whose weights are " + initialWeights
                            + " and were " + state.initialWeights(),
                    refused);
        }
        String tokenizer = tokenizer(student);
        if (!tokenizer.isEmpty() && !tokenizer.equals(checkpoint.manifest().tokenizer())) {
            differs(
                    ResumeMismatch.TOKENIZER,
                    "the tokenizer in " + student + " is " + tokenizer + " and was "
                            + checkpoint.manifest().tokenizer(),
                    refused);
        }
        String trained = checkpoint.manifest().chatTemplate();
        if (!template.equals(trained)) {
            differs(
                    ResumeMismatch.TEMPLATE,
                    "the chat template to train in is " + named(template) + " and was " + named(trained)
                            + " (trainer.chat-template is " + config.chatTemplate() + ")",
                    refused);
        }
        String loss = differences(checkpoint.manifest().loss(), config.loss().describe());
        if (!loss.isEmpty()) {
            differs(ResumeMismatch.LOSS, "the loss has changed: " + loss, refused);
        }
        String adapters = state.settings()
                .getOrDefault(TrainerConfig.LORA, LoraConfig.none().describe());
        if (!adapters.equals(config.lora().describe())) {
            differs(
                    ResumeMismatch.LORA,
                    TrainerConfig.LORA + " is " + config.lora().describe() + " and was " + adapters,
                    refused);
        }
        if (!refused.isEmpty()) {
            throw new TrainerException(
                    "training cannot resume from " + checkpoint.manifest().id() + " in "
                            + config.dataDirectory() + ": " + String.join("; ", refused)
                            + "; or choose another data directory");
        }
        String other = differences(withoutLora(state.settings()), withoutLora(config.stepSettings()));
        if (!other.isEmpty()) {
            LOG.warn(
                    "resuming from {} with other settings, so that steps are not what they would have been: {}",
                    checkpoint.manifest().id(),
                    other);
        }
    }

    /**
     * Checks the topic: in one that was deleted and recreated, the same offsets are of other records.
     *
     * @param topicId the brokers' own
     * @param starts each earlier time that a trainer began to read
     * @throws TrainerException when it was recreated, and {@code trainer.accept-changes} does not name that
     */
    void requireSameTopic(String topic, String topicId, List<LedgerEntry.Started> starts) {
        if (starts.isEmpty()) {
            return;
        }
        LedgerEntry.Started last = starts.get(starts.size() - 1);
        if (!last.topic().equals(topic) || last.topicId().equals(topicId)) {
            return;
        }
        List<String> refused = new ArrayList<>();
        differs(
                ResumeMismatch.TOPIC,
                "the topic " + topic + " was deleted and recreated: its id is " + topicId + " and was " + last.topicId()
                        + " when it was trained from, so its offsets are of other records",
                refused);
        if (!refused.isEmpty()) {
            throw new TrainerException("training cannot resume in " + config.dataDirectory() + ": " + refused.get(0)
                    + ", or start over from a snapshot in a new data directory");
        }
    }

    private void differs(ResumeMismatch mismatch, String what, List<String> refused) {
        if (config.accepts(mismatch)) {
            LOG.warn("resuming although {}, as trainer.accept-changes allows", what);
        } else {
            refused.add(what + "; " + mismatch.remedy());
        }
    }

    private static String named(String template) {
        return template.isEmpty() ? "none" : template;
    }

    private static String tokenizer(Path student) {
        Path file = student.resolve(TOKENIZER_FILE);
        return Files.isRegularFile(file) ? Digests.sha256(file) : "";
    }

    private static Map<String, String> withoutLora(Map<String, String> settings) {
        Map<String, String> others = new TreeMap<>(settings);
        others.remove(TrainerConfig.LORA);
        return others;
    }

    /** Every key whose value is another, with the old one and the new. */
    private static String differences(Map<String, String> before, Map<String, String> after) {
        Set<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            String old = before.getOrDefault(key, "unset");
            String fresh = after.getOrDefault(key, "unset");
            if (!old.equals(fresh)) {
                differences.add(key + " is " + fresh + " and was " + old);
            }
        }
        return String.join(", ", differences);
    }
}
