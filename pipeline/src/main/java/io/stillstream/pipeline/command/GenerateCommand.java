package io.stillstream.pipeline.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.PlainText;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.OnnxTeacher.Answer;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Generates the teacher's responses to a file of prompts, without Kafka: a data set for a tokenizer or a first training. */
@Command(
        name = "generate",
        description = "Let the teacher respond to a file of prompts, without Kafka, and write a file of responses.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class GenerateCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--teacher",
            required = true,
            paramLabel = "DIR",
            description = "The directory of an ONNX model and its tokenizer.")
    private Path teacher = Path.of("");

    @Option(
            names = "--prompts",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines with an id and a prompt.")
    private Path prompts = Path.of("");

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The JSON lines to write, with the responses.")
    private Path out = Path.of("");

    @Option(
            names = "--repeat",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "Responses to each prompt (default: ${DEFAULT-VALUE}).")
    private int repeat;

    @Option(
            names = "--temperature",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Sampling temperature; 0 decodes greedily (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description =
                    "Sample from the most probable tokens that hold this probability (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--max-tokens",
            paramLabel = "TOKENS",
            defaultValue = "200",
            description = "The most tokens of a response (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Seed of the sampling (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--batch",
            paramLabel = "PROMPTS",
            defaultValue = "32",
            description = "Prompts that are generated for at once (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Threads of an inference; 0 for one on each core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Override
    public Integer call() throws IOException {
        List<ScoringRequest> requests = requests();
        TeacherConfig base = TeacherConfig.of(teacher);
        TeacherConfig config = base.withDevice(base.device(), threads)
                .withColumns(base.selection(), base.ranking(), 1)
                .withGeneration(new GenerationConfig(maxTokens, temperature, topP, seed));
        try (OnnxTeacher model = OnnxTeacher.open(config);
                BufferedWriter writer = Files.newBufferedWriter(out)) {
            for (int begin = 0; begin < requests.size(); begin += batch) {
                write(model, requests.subList(begin, Math.min(begin + batch, requests.size())), writer);
                writer.flush();
            }
        }
        return 0;
    }

    private List<ScoringRequest> requests() throws IOException {
        List<ScoringRequest> requests = new ArrayList<>();
        List<String> lines = Files.readAllLines(prompts);
        for (int round = 1; round <= repeat; round++) {
            for (String line : lines) {
                Prompt prompt = PromptCodec.decode(line.getBytes(StandardCharsets.UTF_8));
                if (!(prompt.input() instanceof PlainText plain)) {
                    throw new PipelineException(
                            prompts + ": prompt '" + prompt.id() + "' is a chat; expected plain text");
                }
                String id = round == 1 ? prompt.id() : prompt.id() + "#" + round;
                requests.add(new ScoringRequest(id, plain.text(), null));
            }
        }
        return requests;
    }

    private static void write(OnnxTeacher model, List<ScoringRequest> requests, BufferedWriter writer)
            throws IOException {
        List<Admission.Admitted> admitted = new ArrayList<>();
        for (ScoringRequest request : requests) {
            if (model.admit(request) instanceof Admission.Admitted ready) {
                admitted.add(ready);
            }
        }
        List<Optional<Answer>> answers = model.answer(admitted);
        for (int i = 0; i < admitted.size(); i++) {
            if (answers.get(i).isPresent()) {
                ScoringRequest request = admitted.get(i).request();
                Answer answer = answers.get(i).orElseThrow();
                ObjectNode node = JSON.createObjectNode();
                node.put("id", request.id()).put("prompt", request.prompt()).put("response", answer.text());
                node.put("ending", answer.finishReason().name());
                writer.write(JSON.writeValueAsString(node));
                writer.newLine();
            }
        }
    }
}
