package io.stillstream.pipeline.trace;

import io.stillstream.contract.Topics;
import io.stillstream.pipeline.PipelineException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks an id up and prints what was found. */
public final class TraceRun {

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final Path trainer;

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param trainer the trainer's directory, whether or not it is here
     */
    public TraceRun(Map<String, Object> kafka, Topics topics, Path trainer) {
        this.kafka = kafka;
        this.topics = topics;
        this.trainer = trainer;
    }

    /**
     * Prints it.
     *
     * @param since the time of the first record that is read; null for all
     * @param progress where it is told how far the reading has come; a terminal, or {@code terminal} is false
     * @throws PipelineException when nothing is known of the id
     */
    public void print(
            String id,
            @Nullable Instant since,
            boolean json,
            boolean texts,
            PrintWriter out,
            PrintStream progress,
            boolean terminal) {
        Trace trace;
        try (TraceReader reader = new TraceReader(kafka, topics, trainer, new ReadProgress(progress, terminal))) {
            trace = reader.read(id, since);
        }
        if (trace.isEmpty()) {
            throw new PipelineException(String.format(
                    Locale.ROOT,
                    "nothing is known of '%s': no prompt, conversation or answer has this id among the %,d records%s;"
                            + " expected an id as the topics have it, where one with something private in it is a hash",
                    id,
                    trace.read(),
                    since == null ? "" : " since " + since));
        }
        if (json) {
            out.println(new TraceJson(texts).of(trace));
        } else {
            new TraceView(out, texts).print(trace);
        }
        out.flush();
    }
}
