package io.stillstream.bench.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.bench.plan.PlanBench;
import io.stillstream.bench.plan.PlanFigures;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The transport plan between two tokenizers. */
@Command(
        name = "plan",
        description = {
            "Measure the transport plan between two tokenizers.",
            "How long it takes, and how often a text's tokens are what it says."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PlanBenchCommand implements Callable<Integer> {

    private static final double PERCENT = 100;

    @Option(names = "--teacher", required = true, paramLabel = "DIR", description = "A directory with tokenizer.json.")
    private Path teacher = Path.of(".");

    @Option(names = "--student", required = true, paramLabel = "DIR", description = "A directory with tokenizer.json.")
    private Path student = Path.of(".");

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "Text, of which each line that is not blank is a response.")
    private Path data = Path.of(".");

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        List<String> texts = Files.readAllLines(data).stream()
                .filter(line -> !line.isBlank())
                .toList();
        try (TextTokenizer teachers = TextTokenizer.load(teacher);
                TextTokenizer students = TextTokenizer.load(student)) {
            PlanFigures figures = new PlanBench(teachers, students).measure(texts);
            System.out.printf(
                    Locale.ROOT,
                    "%,d x %,d tokens: %,d mapped, %,d of them to one token; made in %,.0f ms, %.1f MiB%n"
                            + "%,d of the student's tokens: %.2f%% start with one of the teacher's, %.2f%% within one%n"
                            + "%.3f%% of the teacher's tokens in the text are mapped; of the student's that start with one"
                            + " %.2f%% go on beyond it, and of the others %.2f%% are not what the plan says%n",
                    figures.teacherTokens(),
                    figures.studentTokens(),
                    figures.mapped(),
                    figures.whole(),
                    figures.milliseconds(),
                    figures.mebibytes(),
                    figures.positions(),
                    PERCENT * figures.starting(),
                    PERCENT * figures.inside(),
                    PERCENT * figures.textMapped(),
                    PERCENT * figures.spanning(),
                    PERCENT * figures.differing());
            if (json != null) {
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures);
            }
        }
        return 0;
    }
}
