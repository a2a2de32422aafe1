package io.stillstream.trainer.loop;

import io.stillstream.contract.Digests;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.config.TrainerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds what is configured against what a checkpoint was trained with. */
final class ResumeCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ResumeCheck.class);
    private static final String TOKENIZER_FILE = "tokenizer.json";

    private final TrainerConfig config;

    ResumeCheck(TrainerConfig config) {
        this.config = config;
    }

    /**
     * @param initialWeights sha256 of the student that {@code trainer.student} names
     * @param settings what else the bytes of a step depend on
     * @throws TrainerException when something is another than before that nobody has accepted
     */
    void require(
            Snapshot checkpoint,
            TrainerState state,
            Path student,
            String initialWeights,
            Map<String, String> settings) {
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
        String loss = differences(checkpoint.manifest().loss(), config.loss().describe());
        if (!loss.isEmpty()) {
            differs(ResumeMismatch.LOSS, "the loss is another: " + loss, refused);
        }
        if (!refused.isEmpty()) {
            throw new TrainerException(
                    "training cannot go on from " + checkpoint.manifest().id() + " in "
                            + config.dataDirectory() + ": " + String.join("; ", refused)
                            + "; or choose another data directory");
        }
        String other = differences(state.settings(), settings);
        if (!state.settings().isEmpty() && !other.isEmpty()) {
            LOG.warn(
                    "going on from {} with other settings, so that steps are not what they would have been: {}",
                    checkpoint.manifest().id(),
                    other);
        }
    }

    private void differs(ResumeMismatch change, String what, List<String> refused) {
        if (config.accepts(change)) {
            LOG.warn("going on although {}, as trainer.accept-changes says", what);
        } else {
            refused.add(what + "; " + change.remedy());
        }
    }

    private static String tokenizer(Path student) {
        Path file = student.resolve(TOKENIZER_FILE);
        return Files.isRegularFile(file) ? Digests.sha256(file) : "";
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
