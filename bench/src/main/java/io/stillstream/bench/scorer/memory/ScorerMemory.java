package io.stillstream.bench.scorer.memory;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.configuration.ProcessMemory;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the memory of scoring one long response over a large vocabulary, each length in a process of its own. Its heap
 * is small, of one size and touched at the start, so that garbage is in no figure.
 */
public final class ScorerMemory {

    /** What a child prints before its figure. */
    private static final String MARK = "figure ";

    private static final String PROMPT = "Once";
    private static final int SPARE_POSITIONS = 16;

    private final Path teacher;
    private final TeacherConfig config;
    private final int heapMebibytes;
    private final ObjectMapper mapper =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private ScorerMemory(Path teacher, TeacherConfig config, int heapMebibytes) {
        this.teacher = teacher;
        this.config = config;
        this.heapMebibytes = heapMebibytes;
    }

    /**
     * Makes a teacher, and opens it once, so that the children find the derived graphs.
     *
     * @param longest response, in tokens
     */
    public static ScorerMemory prepare(Path directory, int vocabulary, int longest, int threads, int heapMebibytes) {
        Path teacher = SyntheticTeacher.write(directory, vocabulary, longest + SPARE_POSITIONS);
        TeacherConfig config = config(teacher, threads);
        OnnxTeacher.open(config).close();
        return new ScorerMemory(teacher, config, heapMebibytes);
    }

    private static TeacherConfig config(Path teacher, int threads) {
        return TeacherConfig.of(teacher).withDevice("cpu", threads);
    }

    /**
     * Measures a length in a new process.
     *
     * @param arguments of the command that calls {@link #child} there, with the teacher's directory and the length to
     *     follow
     */
    public MemoryFigure measure(int tokens, List<String> arguments) {
        String heap = heapMebibytes + "m";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + heap,
                "-Xmx" + heap,
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(arguments);
        command.addAll(List.of(teacher.toString(), Integer.toString(tokens), Integer.toString(config.threads())));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exitCode = process.waitFor();
            String figure = output.lines()
                    .filter(line -> line.startsWith(MARK))
                    .findFirst()
                    .orElseThrow(() -> new PipelineException("the process that scores " + tokens
                            + " tokens printed no figure and ended with exit code " + exitCode));
            return mapper.readValue(figure.substring(MARK.length()), MemoryFigure.class);
        } catch (IOException e) {
            throw new PipelineException("the process that scores " + tokens + " tokens failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while " + tokens + " tokens were scored", e);
        }
    }

    /** Measures in this process, and prints the figure for the parent. */
    public static void child(Path directory, int tokens, int threads) throws IOException {
        try (OnnxTeacher teacher = OnnxTeacher.open(config(directory, threads))) {
            teacher.score(List.of(admitted(teacher, 1)));
            Admission.Admitted longOne = admitted(teacher, tokens);
            ProcessMemory memory = ProcessMemory.ofThisProcess();
            memory.resetPeak();
            long loaded = memory.resident();
            long started = System.nanoTime();
            Scoring outcome = teacher.score(List.of(longOne)).get(0);
            double seconds = (System.nanoTime() - started) / 1e9;
            if (!(outcome instanceof Scoring.Scored scored)
                    || scored.response().tokens().textCount() != tokens) {
                throw new ScorerException("a response of " + tokens + " tokens was not scored: " + outcome);
            }
            var figure = new MemoryFigure(tokens, loaded, memory.peak(), seconds);
            System.out.println(MARK + new ObjectMapper().writeValueAsString(figure));
        }
    }

    private static Admission.Admitted admitted(OnnxTeacher teacher, int tokens) {
        StringBuilder response = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            response.append((char) ('a' + i * i % 26));
        }
        Admission admission = teacher.admit(new ScoringRequest("1", PROMPT, response.toString()));
        if (admission instanceof Admission.Rejected rejected) {
            throw new ScorerException("a text of the benchmark is rejected: "
                    + rejected.rejection().detail());
        }
        return (Admission.Admitted) admission;
    }
}
