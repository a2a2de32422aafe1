package io.stillstream.pipeline.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.pretraining.Pretraining;
import io.stillstream.trainer.pretraining.PretrainingConfig;
import io.stillstream.trainer.pretraining.PretrainingText;
import io.stillstream.trainer.step.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Teaches a file of texts to a student, without Kafka, so that it starts a stream with some language. */
@Command(
        name = "pretrain",
        description = "Teach a student a file of prompts and responses, without Kafka, before it meets a stream.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PretrainCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int REPORT_EVERY = 20;

    @Option(names = "--student", required = true, paramLabel = "DIR", description = "A Hugging Face directory.")
    private Path student = Path.of("");

    @Option(
            names = "--texts",
            required = true,
            paramLabel = "FILE",
            description = "JSONL with a prompt and a response a line, as generate writes them.")
    private Path texts = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the taught student is written.")
    private Path out = Path.of("");

    @Option(names = "--limit", defaultValue = "0", description = "The first so many lines; 0 for all (default).")
    private long limit;

    @Option(names = "--epochs", defaultValue = "1", description = "Passes over the texts (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--batch-tokens", defaultValue = "4096", description = "Of a step (default: ${DEFAULT-VALUE}).")
    private int batchTokens;

    @Option(
            names = "--micro-batch-tokens",
            defaultValue = "4096",
            description = "In memory (default: ${DEFAULT-VALUE}).")
    private int microBatchTokens;

    @Option(names = "--learning-rate", defaultValue = "1e-3", description = "The peak (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(names = "--warmup-steps", defaultValue = "50", description = "Up to the peak (default: ${DEFAULT-VALUE}).")
    private int warmupSteps;

    @Option(names = "--seed", defaultValue = "0", description = "Of the order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws IOException {
        PretrainingConfig config =
                new PretrainingConfig(epochs, batchTokens, microBatchTokens, learningRate, warmupSteps, seed);
        long started = System.nanoTime();
        long[] tokens = {0};
        new Pretraining(config, report -> {
                    tokens[0] += report.tokens();
                    if (report.step() % REPORT_EVERY == 0) {
                        print(report, tokens[0] / ((System.nanoTime() - started) / 1e9));
                    }
                })
                .run(student, read(), out);
        System.out.println("wrote " + out);
        return 0;
    }

    private static void print(StepReport report, double tokensPerSecond) {
        System.out.printf(
                Locale.ROOT,
                "step %d | loss %.3f | learning rate %.2e | gradient norm %.2f | %,.0f tok/s%n",
                report.step(),
                report.total(),
                report.learningRate(),
                report.gradientNorm(),
                tokensPerSecond);
    }

    private List<PretrainingText> read() throws IOException {
        List<PretrainingText> read = new ArrayList<>();
        for (String line : Files.readAllLines(texts)) {
            if (limit > 0 && read.size() == limit) {
                break;
            }
            JsonNode node = JSON.readTree(line);
            if (!node.path("prompt").isTextual() || !node.path("response").isTextual()) {
                throw new PipelineException(
                        texts + ", line " + (read.size() + 1) + ": expected a prompt and a response, both text");
            }
            read.add(new PretrainingText(
                    node.path("prompt").textValue() + node.path("response").textValue(),
                    !node.path("ending").asText("STOP").equals("LENGTH")));
        }
        return read;
    }
}
