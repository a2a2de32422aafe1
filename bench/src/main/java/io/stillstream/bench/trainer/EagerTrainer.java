package io.stillstream.bench.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TransportTargets;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A Hugging Face student in a Python process, which takes a step for each line that it is sent. */
final class EagerTrainer implements AutoCloseable {

    private static final String SCRIPT = "/python/eager_trainer.py";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    /** One step's loss and seconds. */
    record Step(double loss, double seconds) {}

    /**
     * @param python an interpreter with torch and transformers
     * @param directory for the script and what it reads
     * @throws PipelineException when it cannot be started, or lacks a library
     */
    EagerTrainer(
            Path python, Path directory, Path student, TrainingBatch batch, OptimizerConfig optimizer, int threads) {
        try {
            Path script = directory.resolve("eager_trainer.py");
            try (InputStream in = Objects.requireNonNull(EagerTrainer.class.getResourceAsStream(SCRIPT), SCRIPT)) {
                Files.write(script, in.readAllBytes());
            }
            Path settings = directory.resolve("eager.json");
            JSON.writeValue(settings.toFile(), settings(student, batch, optimizer, threads));
            ProcessBuilder builder = new ProcessBuilder(python.toString(), script.toString(), settings.toString());
            builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
            builder.environment().put("TRANSFORMERS_VERBOSITY", "error");
            builder.environment().put("HF_HUB_OFFLINE", "1");
            builder.redirectError(directory.resolve("eager.log").toFile());
            process = builder.start();
        } catch (IOException e) {
            throw new PipelineException(
                    "could not start " + python + ": " + e.getMessage()
                            + "; expected a Python with torch and transformers",
                    e);
        }
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        if (answer() == null) {
            throw new PipelineException(python + " ended before its first step; expected a Python with torch and"
                    + " transformers. Its last words: " + lastLine(directory.resolve("eager.log")));
        }
    }

    Step step() {
        try {
            requests.write("step\n");
            requests.flush();
        } catch (IOException e) {
            throw new PipelineException("the Python trainer has ended: " + e.getMessage(), e);
        }
        JsonNode answer = answer();
        if (answer == null) {
            throw new PipelineException("the Python trainer has ended in a step");
        }
        return new Step(answer.path("loss").asDouble(), answer.path("seconds").asDouble());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private @Nullable JsonNode answer() {
        try {
            String line = answers.readLine();
            return line == null ? null : JSON.readTree(line);
        } catch (IOException e) {
            throw new PipelineException("the Python trainer answered what is not JSON: " + e.getMessage(), e);
        }
    }

    private static String lastLine(Path log) {
        try {
            String[] lines = Files.readString(log).strip().split("\n", -1);
            return lines[lines.length - 1];
        } catch (IOException e) {
            return "none";
        }
    }

    private static ObjectNode settings(Path student, TrainingBatch batch, OptimizerConfig optimizer, int threads) {
        ObjectNode node = JSON.createObjectNode();
        node.put("student", student.toString());
        node.put("threads", threads);
        node.put("learning_rate", optimizer.learningRate(1));
        node.put("beta1", optimizer.beta1());
        node.put("beta2", optimizer.beta2());
        node.put("epsilon", optimizer.epsilon());
        node.put("weight_decay", optimizer.weightDecay());
        node.put("maximum_norm", optimizer.maximumGradientNorm());
        ArrayNode ids = node.putArray("ids");
        ArrayNode targetIds = JSON.createArrayNode();
        ArrayNode targetMasses = JSON.createArrayNode();
        for (TrainingSequence sequence : batch.sequences()) {
            ArrayNode text = ids.addArray();
            for (int i = 0; i < sequence.tokens().length(); i++) {
                text.add(sequence.tokens().id(i));
            }
            TransportTargets targets = sequence.teacher().transport();
            for (int step = 0; step < targets.steps().length; step++) {
                ArrayNode idsOfStep = targetIds.addArray();
                ArrayNode massesOfStep = targetMasses.addArray();
                for (int j = step * targets.width(); j < (step + 1) * targets.width(); j++) {
                    idsOfStep.add(targets.ids()[j]);
                    massesOfStep.add(targets.masses()[j]);
                }
                node.put("trust", targets.trust());
            }
        }
        if (!targetIds.isEmpty()) {
            node.set("target_ids", targetIds);
            node.set("target_masses", targetMasses);
        }
        return node;
    }
}
