package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.wire.LayoutBench;
import io.stillstream.bench.wire.LayoutCost;
import io.stillstream.bench.wire.ScoredTopic;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.Selection;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.terminal.Logging;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the teacher's targets take on a topic. */
@Command(
        name = "wire",
        description = {
            "Measure the bytes of teacher-targets on a topic.",
            "A scorer writes them in a broker of its own; then the same records are laid out",
            "in other ways, compressed by Kafka's own code at several levels."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class WireBenchCommand implements Callable<Integer> {

    @Option(names = "--teacher", paramLabel = "DIR", description = "An ONNX model (default: the demo's).")
    private @Nullable Path teacher;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "JSONL of prompts with an id, and a response or none (default: the demo's prompts).")
    private @Nullable Path data;

    @Option(
            names = "--records",
            defaultValue = "200",
            description = "How many of the file's prompts, from its start (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--top-k",
            defaultValue = "50",
            description = "Columns of each target, K (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--levels",
            split = ",",
            defaultValue = "1,3,9",
            description = "Compression levels of zstd (default: ${DEFAULT-VALUE}).")
    private List<Integer> levels = List.of();

    @Option(
            names = "--batch-bytes",
            defaultValue = "524288",
            description =
                    "Batch size of the compared layouts in bytes; the topic has the scorer's (default: ${DEFAULT-VALUE}).")
    private int batchBytes;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        try (TemporaryDirectory files = TemporaryDirectory.create("stillstream-wire-")) {
            Path directory = files.path();
            Logging.toFile(directory);
            BundledModels models = BundledModels.unpack(directory.resolve("models"));
            TeacherConfig usual = TeacherConfig.of(teacher == null ? models.teacher() : teacher);
            TeacherConfig config = usual.withColumns(Selection.SEQUENCE, usual.ranking(), topK);
            List<Prompt> prompts = prompts(data == null ? models.prompts() : data);
            ScoredTopic topic = ScoredTopic.write(prompts, config, directory, System.err::println);
            report(topic, new LayoutBench(topic.records(), batchBytes, System.err::println).costs(levels));
        }
        return 0;
    }

    private List<Prompt> prompts(Path file) throws IOException {
        if (count < 1) {
            throw new PipelineException("--records is " + count + "; expected 1 or more");
        }
        List<Prompt> prompts;
        try (Stream<String> lines = Files.lines(file)) {
            prompts = lines.filter(line -> !line.isBlank())
                    .limit(count)
                    .map(line -> PromptCodec.decode(line.getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }
        if (prompts.isEmpty()) {
            throw new PipelineException(file + " holds no prompts; expected one a line");
        }
        return prompts;
    }

    private void report(ScoredTopic topic, List<LayoutCost> costs) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        double perToken = (double) topic.bytes() / topic.tokens();
        System.out.printf(
                "topic: %.2f bytes a response token (%,d bytes, %d records, %,d tokens, K = %d)%n",
                perToken, topic.bytes(), topic.records().size(), topic.tokens(), topK);
        root.putObject("topic")
                .put("bytesPerToken", perToken)
                .put("bytes", topic.bytes())
                .put("records", topic.records().size())
                .put("tokens", topic.tokens())
                .put("k", topK);
        System.out.printf("the same records, read from the topic, in batches of %,d bytes%n", batchBytes);
        Table table = Table.start(
                System.out,
                Table.text("layout", 28),
                Table.number("zstd", 0, "%d"),
                Table.number("bytes/token", 0, "%.2f"),
                Table.number("encode us/record", 0, "%.0f"),
                Table.number("decode us/record", 0, "%.0f"));
        ArrayNode rows = root.putArray("layouts");
        for (LayoutCost cost : costs) {
            table.row(
                    cost.layout(),
                    cost.level(),
                    cost.bytesPerToken(),
                    cost.encodeMicroseconds(),
                    cost.decodeMicroseconds());
            rows.addPOJO(cost);
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), root);
        }
    }
}
