package io.stillstream.pipeline.command.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.codec.JsonProblem;
import io.stillstream.contract.file.FileProblem;
import io.stillstream.contract.prompt.FinishReason;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a student on a file of texts, without Kafka, so that it knows the language before distillation. */
@Command(
        name = "pretrain",
        description = "Train a student on a file of prompts and responses, without Kafka, before distillation.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PretrainCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int REPORT_EVERY = 20;

    @Option(
            names = "--student",
            required = true,
            paramLabel = "DIR",
            description = "A Hugging Face directory of a decoder.")
    private Path student = Path.of("");

    @Option(
            names = "--texts",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines with a prompt and a response, as 'generate' writes them.")
    private Path texts = Path.of("");

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The directory that the trained student is written to.")
    private Path out = Path.of("");

    @Option(
            names = "--limit",
            paramLabel = "LINES",
            defaultValue = "0",
            description = "Read only the first lines of the file; 0 for all (default: ${DEFAULT-VALUE}).")
    private long limit;

    @Option(
            names = "--epochs",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "Passes over the texts (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch-tokens",
            paramLabel = "TOKENS",
            defaultValue = "4096",
            description = "Tokens of an optimizer step (default: ${DEFAULT-VALUE}).")
    private int batchTokens;

    @Option(
            names = "--micro-batch-tokens",
            paramLabel = "TOKENS",
            defaultValue = "4096",
            description = "The most tokens in memory at once, padding included (default: ${DEFAULT-VALUE}).")
    private int microBatchTokens;

    @Option(
            names = "--learning-rate",
            paramLabel = "NUMBER",
            defaultValue = "1e-3",
            description = "The peak learning rate, from which a cosine leads to a tenth (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--warmup-steps",
            paramLabel = "STEPS",
            defaultValue = "50",
            description = "Optimizer steps up to the peak rate (default: ${DEFAULT-VALUE}).")
    private int warmupSteps;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Seed of the order of the texts (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        NewModel.requireNone(spec, out);
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

    private List<PretrainingText> read() {
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "--limit is " + limit + "; expected 0 or more");
        }
        List<PretrainingText> read = new ArrayList<>();
        for (String line : lines()) {
            if (limit > 0 && read.size() == limit) {
                break;
            }
            JsonNode node = json(line, read.size() + 1);
            if (!node.path("prompt").isTextual() || !node.path("response").isTextual()) {
                throw new PipelineException(
                        texts + ", line " + (read.size() + 1) + ": expected a prompt and a response, both text");
            }
            read.add(new PretrainingText(
                    node.path("prompt").textValue() + node.path("response").textValue(),
                    !node.path("finish_reason").asText("").equals(FinishReason.LENGTH.label())));
        }
        return read;
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(texts);
        } catch (IOException e) {
            throw new PipelineException("the texts in " + texts + " cannot be read: " + FileProblem.of(e), e);
        }
    }

    private JsonNode json(String line, int number) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new PipelineException(texts + ", line " + number + ": " + JsonProblem.of(e), e);
        }
    }
}
