package io.stillstream.pipeline.command;

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
        description = "Learn a byte-level BPE tokenizer.json from a file of prompts and responses.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TrainTokenizerCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(index = "0", paramLabel = "DIR", description = "Where tokenizer.json is written.")
    private Path directory = Path.of("");

    @Option(
            names = "--texts",
            required = true,
            paramLabel = "FILE",
            description = "JSONL with a prompt, a response or both a line.")
    private Path texts = Path.of("");

    @Option(
            names = "--vocabulary",
            defaultValue = "4096",
            description = "Number of tokens (default: ${DEFAULT-VALUE}).")
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
