package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.bench.wire.ColumnCost;
import io.stillstream.bench.wire.ColumnsBench;
import io.stillstream.bench.wire.ScoredTopic;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
            "A scorer writes them in a broker of its own, with the columns that are kept by default.",
            "Then the same prompts with more columns are cut to fewer, and compressed by Kafka's",
            "own code."
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
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "How many of the file's prompts, from its start (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--top-k",
            paramLabel = "COLUMNS",
            split = ",",
            defaultValue = "8,16,32,64",
            description = "The most columns of a position, of each row (default: ${DEFAULT-VALUE}).")
    private List<Integer> topKs = List.of();

    @Option(
            names = "--mass",
            paramLabel = "SHARE",
            split = ",",
            defaultValue = "0.9,0.95,0.99,1",
            description = "The probability up to which a position keeps them, of each row (default: ${DEFAULT-VALUE}).")
    private List<Double> masses = List.of();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            defaultValue = "3",
            description = "Compression level of zstd, of the rows (default: ${DEFAULT-VALUE}).")
    private int level;

    @Option(
            names = "--batch-bytes",
            paramLabel = "BYTES",
            defaultValue = "524288",
            description = "Batch size of the rows in bytes; the topic has the scorer's (default: ${DEFAULT-VALUE}).")
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
            TeacherConfig most = usual.withColumns(Selection.TOKEN, Ranking.PROBABILITY, Collections.max(topKs));
            List<Prompt> prompts = prompts(data == null ? models.prompts() : data);
            ScoredTopic topic = ScoredTopic.write(prompts, usual, directory.resolve("default"), System.err::println);
            ScoredTopic whole = ScoredTopic.write(prompts, most, directory.resolve("most"), System.err::println);
            report(topic, new ColumnsBench(whole.records(), batchBytes, level).costs(topKs, masses));
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

    private void report(ScoredTopic topic, List<ColumnCost> costs) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        double perToken = (double) topic.bytes() / topic.tokens();
        System.out.printf(
                Locale.ROOT,
                "topic: %.2f bytes a response token (%,d bytes, %d records, %,d tokens)%n",
                perToken,
                topic.bytes(),
                topic.records().size(),
                topic.tokens());
        root.putObject("topic")
                .put("bytesPerToken", perToken)
                .put("bytes", topic.bytes())
                .put("records", topic.records().size())
                .put("tokens", topic.tokens());
        System.out.printf(Locale.ROOT, "the same prompts with columns left out, in batches of %,d bytes%n", batchBytes);
        Table table = Table.start(
                System.out,
                Table.number("top-k", 0, "%d"),
                Table.number("mass", 0, "%.2f"),
                Table.number("columns/token", 0, "%.1f"),
                Table.number("mass kept", 0, "%.3f"),
                Table.number("bytes/token", 0, "%.1f"));
        ArrayNode rows = root.putArray("columns");
        for (ColumnCost cost : costs) {
            table.row(cost.topK(), cost.mass(), cost.columns(), cost.held(), cost.bytesPerToken());
            rows.addPOJO(cost);
        }
        if (json != null) {
            mapper.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), root);
        }
    }
}
