package io.stillstream.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The targets that there are, and the inputs that once broke each. */
final class FuzzTargets {

    /** In the order of the table; one is made only when it is used, because a fuzzer counts every class that is loaded. */
    private static final Map<String, Supplier<FuzzTarget>> BY_NAME = byName();

    private FuzzTargets() {}

    private static Map<String, Supplier<FuzzTarget>> byName() {
        Map<String, Supplier<FuzzTarget>> targets = new LinkedHashMap<>();
        targets.put("prompt-line", PromptLineTarget::new);
        targets.put("redaction", RedactionTarget::new);
        targets.put("prompt-record", PromptRecordTarget::new);
        targets.put("teacher-targets", TeacherTargetsTarget::new);
        targets.put("snapshot-manifest", SnapshotManifestTarget::new);
        targets.put("golden-prompts", GoldenPromptsTarget::new);
        targets.put("chat-request", ServingRequestTarget::chat);
        targets.put("completion-request", ServingRequestTarget::completion);
        targets.put("rollout-state", RolloutRecordTarget::state);
        targets.put("rollout-decision", RolloutRecordTarget::decision);
        targets.put("rollout-input", RolloutRecordTarget::input);
        targets.put("rollout-delivery", RolloutRecordTarget::delivery);
        targets.put("rollout-heartbeat", RolloutRecordTarget::heartbeat);
        targets.put("served-outcome", RolloutRecordTarget::outcome);
        targets.put("rewind-order", RolloutRecordTarget::rewindOrder);
        targets.put("rewind-answer", RolloutRecordTarget::rewindAnswer);
        targets.put("trainer-state", TrainerStateTarget::new);
        targets.put("ledger", LedgerTarget::new);
        targets.put("safetensors", SafetensorsTarget::new);
        targets.put("decoder-config", DecoderConfigTarget::new);
        targets.put("tokenizer", TokenizerTarget::new);
        targets.put("chat-template", ChatTemplateTarget::new);
        targets.put("configuration", ConfigurationTarget::new);
        return targets;
    }

    static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /** @throws IllegalArgumentException when there is none of that name */
    static FuzzTarget named(String name) {
        Supplier<FuzzTarget> target = BY_NAME.get(name);
        if (target == null) {
            throw new IllegalArgumentException("no target '" + name + "'; expected one of " + names());
        }
        return target.get();
    }

    /** The directory of inputs that once broke the target; none where nothing has. */
    static Optional<Path> regressions(String target) {
        URL directory = FuzzTargets.class.getResource(target);
        try {
            return directory == null ? Optional.empty() : Optional.of(Path.of(directory.toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Path> regressionInputs(String target) {
        Optional<Path> directory = regressions(target);
        if (directory.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory.get())) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
