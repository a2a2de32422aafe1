package io.stillstream.pipeline.command.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.huggingface.tokenizer.training.BytePairTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A tokenizer of one's own traffic. */
@Command(
        name = "train-tokenizer",
        description = "Train a byte-level BPE tokenizer on a file of prompts and responses.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TrainTokenizerCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory that tokenizer.json is written to.")
    private Path directory = Path.of("");

    @Option(
            names = "--texts",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines with a prompt, a response or both.")
    private Path texts = Path.of("");

    @Option(
            names = "--vocabulary",
            paramLabel = "TOKENS",
            defaultValue = "4096",
            description = "Size of the vocabulary (default: ${DEFAULT-VALUE}).")
    private int vocabulary;

    @Override
    public Integer call() throws IOException {
        List<String> read = new ArrayList<>();
        for (String line : Files.readAllLines(texts)) {
            JsonNode node = JSON.readTree(line);
            read.add(node.path("prompt").asText("") + node.path("response").asText(""));
        }
        BytePairTrainer.train(read, vocabulary).write(directory);
        System.out.println("wrote " + directory.resolve("tokenizer.json"));
        return 0;
    }
}
