package io.stillstream.bench.scorer;

import io.stillstream.bench.measure.Interleaved;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.PromptText;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Times a teacher without Kafka. */
public final class ScorerBench implements AutoCloseable {

    private static final long SEED = 1;
    /** What the logits of one run of the baseline may take: it would spend its time on memory otherwise. */
    private static final long FULL_LOGITS_BYTES = 256L << 20;

    private static final int GENERATED_PROMPTS = 16;
    private static final int SHORTEST_PROMPT = 6;
    private static final int PROMPT_SPREAD = 8;

    private final TeacherConfig config;
    private final OnnxTeacher teacher;
    private final TextTokenizer tokenizer;
    private final ScorerMeters meters;
    private final int rounds;
    private final Duration time;
    private final Duration warmUp;
    private final Interleaved interleaved;

    /**
     * @param rounds timed runs of each, at least
     * @param time that each measurement takes at least
     * @param warmUp before the first one, and before the first one through Kafka
     */
    public ScorerBench(TeacherConfig config, ScorerMeters meters, int rounds, Duration time, Duration warmUp) {
        this.config = config;
        this.teacher = OnnxTeacher.open(config);
        this.tokenizer = TextTokenizer.load(tokenizerDirectory(config));
        this.meters = meters;
        this.rounds = rounds;
        this.time = time;
        this.warmUp = warmUp;
        this.interleaved = interleaved();
    }

    private static Path tokenizerDirectory(TeacherConfig config) {
        Path hf = config.directory().resolve("hf");
        return hf.resolve(TextTokenizer.FILE_NAME).toFile().isFile() ? hf : config.directory();
    }

    OnnxTeacher teacher() {
        return teacher;
    }

    ScorerMeters meters() {
        return meters;
    }

    /** Of things that were not measured yet. */
    Interleaved interleaved() {
        return new Interleaved(rounds, time, warmUp);
    }

    /** Whether texts of this shape fit into the teacher's context window. */
    public boolean takes(BatchShape shape) {
        return shape.tokens() <= teacher.contextWindow();
    }

    TokenTexts texts() {
        return new TokenTexts(tokenizer, SEED);
    }

    /** How long a batch takes the scorer. */
    public double batchSeconds(BatchShape shape) {
        List<Admission.Admitted> batch = admitted(teacher, requests(texts().of(shape, 1)));
        return interleaved.seconds(() -> teacher.score(batch))[0];
    }

    /** One batch through the runtime alone, through the scorer, and with all logits ranked in Java. */
    public RankingTiming ranking(BatchShape shape) {
        List<ScoringRequest> requests = requests(texts().of(shape, 1));
        List<Admission.Admitted> batch = admitted(teacher, requests);
        try (RuntimeOnlyScorer runtime =
                        RuntimeOnlyScorer.open(config, teacher.vocabulary().size(), batch);
                FullLogitsScorer fullLogits =
                        FullLogitsScorer.open(config, teacher.vocabulary().size(), FULL_LOGITS_BYTES)) {
            double[] seconds = interleaved.seconds(
                    runtime::run,
                    () -> teacher.score(batch),
                    () -> teacher.score(admitted(teacher, requests)),
                    () -> fullLogits.score(batch));
            RuntimeOnlyScorer.BytesOut out = runtime.bytesOut();
            return new RankingTiming(
                    shape.toString(),
                    shape.size(),
                    seconds[0],
                    seconds[1],
                    seconds[2],
                    seconds[3],
                    out.results(),
                    out.hiddenStates(),
                    fullLogits.score(batch));
        }
    }

    /**
     * Prompts of many lengths, in the batches that a stage would make of them and one at a time.
     *
     * @param config the batches' budget
     */
    public Speedup batching(ScorerConfig config, LengthMix mix, int prompts) {
        List<Prompt> mixed = new ArrayList<>();
        TokenTexts texts = texts();
        Random random = new Random(SEED);
        for (int i = 0; i < prompts; i++) {
            int[] lengths = mix.draw(random, teacher.contextWindow());
            mixed.add(texts.answered(lengths[0], lengths[1]));
        }
        ScorerConfig single = config.withMaxBatch(config.maxBatchTokens(), 1);
        var batched = new BufferedPrompts(config, teacher, meters, mixed);
        var alone = new BufferedPrompts(single, teacher, meters, mixed);
        double tokens = tokens(batched.admitted());
        double[] seconds = interleaved.seconds(batched::score, alone::score);
        return new Speedup(tokens / seconds[0], tokens / seconds[1]);
    }

    /** Responses that the teacher generates, in one batch and one at a time. */
    public Speedup generation(int newTokens) {
        TeacherConfig greedy = config.withGeneration(new GenerationConfig(newTokens, 0, 1, 0));
        TokenTexts texts = texts();
        Random random = new Random(SEED);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < GENERATED_PROMPTS; i++) {
            prompts.add(texts.unanswered(SHORTEST_PROMPT + random.nextInt(PROMPT_SPREAD)));
        }
        try (OnnxTeacher writer = OnnxTeacher.open(greedy)) {
            List<Admission.Admitted> batch = admitted(writer, requests(prompts));
            double together = tokensOf(writer.score(batch));
            double apart = batch.stream()
                    .mapToDouble(each -> tokensOf(writer.score(List.of(each))))
                    .sum();
            double[] seconds = interleaved.seconds(
                    () -> writer.answer(batch), () -> batch.forEach(each -> writer.answer(List.of(each))));
            return new Speedup(together / seconds[0], apart / seconds[1]);
        }
    }

    private static double tokensOf(List<Scoring> outcomes) {
        return outcomes.stream()
                .filter(Scoring.Scored.class::isInstance)
                .mapToDouble(outcome ->
                        ((Scoring.Scored) outcome).response().tokens().textCount())
                .sum();
    }

    /** Without their ends, which the scorers that this one is compared with do not score. */
    private static List<ScoringRequest> requests(List<Prompt> prompts) {
        return prompts.stream()
                .map(prompt ->
                        ScoringRequest.of(prompt.withResponse(cutOff(prompt.response())), PromptText.of(prompt), false))
                .toList();
    }

    private static @Nullable Response cutOff(@Nullable Response response) {
        return response == null
                ? null
                : new Response(response.message(), FinishReason.LENGTH, response.choice(), response.author());
    }

    private static List<Admission.Admitted> admitted(OnnxTeacher teacher, List<ScoringRequest> requests) {
        List<Admission.Admitted> admitted = new ArrayList<>();
        for (ScoringRequest request : requests) {
            Admission admission = teacher.admit(request);
            if (admission instanceof Admission.Rejected rejected) {
                throw new ScorerException("a text of the benchmark is rejected: "
                        + rejected.rejection().detail());
            }
            admitted.add((Admission.Admitted) admission);
        }
        return admitted;
    }

    private static double tokens(List<Admission.Admitted> admitted) {
        return admitted.stream().mapToInt(Admission.Admitted::tokens).sum();
    }

    @Override
    public void close() {
        teacher.close();
        tokenizer.close();
    }
}
