package io.stillstream.scorer.onnx;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.DroppedTurns;
import io.stillstream.huggingface.template.RenderedTurn;
import io.stillstream.huggingface.template.Rendering;
import io.stillstream.huggingface.template.TurnRendering;
import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.generate.GeneratedSequence;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.graph.VocabularyProjection;
import io.stillstream.scorer.onnx.run.ColumnDraws;
import io.stillstream.scorer.onnx.run.Distribution;
import io.stillstream.scorer.onnx.run.device.ByteProducts;
import io.stillstream.scorer.onnx.run.device.CpuInstructions;
import io.stillstream.scorer.onnx.run.device.Device;
import io.stillstream.scorer.onnx.run.device.QuantisedOperators;
import io.stillstream.scorer.onnx.run.device.SessionFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Hugging Face decoder exported to ONNX, which scores and generates responses on the CPU or a GPU. */
public final class OnnxTeacher implements Teacher {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxTeacher.class);

    private static final int SHORTEST_WARM_UP = 16;

    private final TeacherConfig config;
    private final TeacherFiles files;
    private final TextTokenizer tokenizer;
    private final TeacherIdentity identity;
    private final Vocabulary vocabulary;
    private final @Nullable VocabularyProjection projection;
    private final SessionFactory sessions;
    private final DecoderRuntime runtime;

    private OnnxTeacher(
            TeacherConfig config,
            TeacherFiles files,
            TextTokenizer tokenizer,
            TeacherIdentity identity,
            Vocabulary vocabulary,
            @Nullable VocabularyProjection projection,
            SessionFactory sessions,
            DecoderRuntime runtime) {
        this.config = config;
        this.files = files;
        this.tokenizer = tokenizer;
        this.identity = identity;
        this.vocabulary = vocabulary;
        this.projection = projection;
        this.sessions = sessions;
        this.runtime = runtime;
    }

    /** @throws ScorerException when the directory holds no teacher that can run, saying in one line what to do */
    public static OnnxTeacher open(TeacherConfig config) {
        TeacherFiles files = TeacherFiles.locate(config);
        SessionFactory sessions =
                new SessionFactory(Device.parse(config.device()), config.threadsOrAll(), config.cuda());
        DecoderGraph decoder = sessions.read(files.model());
        int vocabularySize = vocabularySize(files, decoder.signature());
        TextTokenizer tokenizer = tokenizer(files, vocabularySize);
        try {
            return open(config, files, decoder, vocabularySize, tokenizer, sessions);
        } catch (RuntimeException e) {
            sessions.close();
            tokenizer.close();
            throw e;
        }
    }

    private static OnnxTeacher open(
            TeacherConfig config,
            TeacherFiles files,
            DecoderGraph decoder,
            int vocabularySize,
            TextTokenizer tokenizer,
            SessionFactory sessions) {
        Path projectOnto = config.projectOnto();
        StudentVocabulary student = projectOnto == null
                ? null
                : StudentVocabulary.read(projectOnto, tokenizer, files.endIds(tokenizer), vocabularySize);
        VocabularyProjection projection = student == null ? null : student.projection();
        DecoderRuntime runtime = DecoderRuntime.open(
                config,
                files,
                decoder,
                vocabularySize,
                projection == null ? config.columns(vocabularySize) : config.columns(projection),
                tokenizer,
                sessions);
        String name =
                String.valueOf(config.directory().toAbsolutePath().normalize().getFileName());
        LOG.info(
                "teacher {} on {}: vocabulary {}, context window {}, {} key-value cache",
                name,
                config.device(),
                vocabularySize,
                files.contextWindow(),
                decoder.signature().cached() ? "with" : "without");
        QuantisedOperators.of(decoder.model().getGraph())
                .kernels(CpuInstructions.ofThisMachine(), ByteProducts.saturate())
                .ifPresent(kernels -> LOG.info("teacher {}: {}", name, kernels));
        return new OnnxTeacher(
                config,
                files,
                tokenizer,
                new TeacherIdentity(name, decoder.sha256(), tokenizer.sha256(), files.templateSha256()),
                student == null
                        ? new Vocabulary(tokenizer.sha256(), vocabularySize, files.endIds(tokenizer))
                        : student.vocabulary(),
                projection,
                sessions,
                runtime);
    }

    private static int vocabularySize(TeacherFiles files, DecoderSignature signature) {
        if (signature.vocabularySize().isPresent()) {
            return signature.vocabularySize().getAsInt();
        }
        return files.vocabularySize()
                .orElseThrow(() -> new ScorerException("neither " + files.model()
                        + " nor a config.json states the vocabulary's size; put the model's config.json beside it"));
    }

    private static TextTokenizer tokenizer(TeacherFiles files, int vocabularySize) {
        TextTokenizer tokenizer;
        try {
            tokenizer = TextTokenizer.load(files.tokenizerDirectory());
        } catch (HuggingFaceException e) {
            throw new ScorerException(String.valueOf(e.getMessage()), e);
        }
        if (tokenizer.vocabularySize() > vocabularySize) {
            int ids = tokenizer.vocabularySize();
            tokenizer.close();
            throw new ScorerException(
                    "the tokenizer in " + files.tokenizerDirectory() + " has ids up to " + (ids - 1) + " and "
                            + files.model() + " a vocabulary of " + vocabularySize
                            + "; use the tokenizer that the model was trained with");
        }
        return tokenizer;
    }

    @Override
    public TeacherIdentity identity() {
        return identity;
    }

    @Override
    public int contextWindow() {
        return files.contextWindow();
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public Admission admit(Prompt prompt) {
        ChatTemplate template = files.chatTemplate();
        if (template == null || !(prompt.input() instanceof Chat chat)) {
            return Teacher.super.admit(prompt);
        }
        io.stillstream.contract.prompt.Response response = prompt.response();
        if (response == null) {
            Rendering rendering = template.render(chat, prompt.createdAt());
            return rendering instanceof Rendering.Rendered rendered
                    ? admitRendered(ScoringRequest.of(prompt, rendered.text(), true), chat)
                    : rejected((Rendering.Failed) rendering);
        }
        TurnRendering rendering =
                template.renderTurn(chat, response.message(), response.finishReason(), prompt.createdAt());
        return rendering instanceof RenderedTurn turn
                ? admitRendered(
                        new ScoringRequest(prompt.id(), turn.prompt(), turn.response(), response.finishReason(), true),
                        chat)
                : rejected((Rendering.Failed) rendering);
    }

    private Admission admitRendered(ScoringRequest request, Chat chat) {
        Admission admission = admit(request);
        return admission instanceof Admission.Admitted admitted
                ? new Admission.Admitted(
                        request, admitted.tokenized(), admitted.tokens(), DroppedTurns.roles(chat, request.prompt()))
                : admission;
    }

    private static Admission rejected(Rendering.Failed failed) {
        return Admission.rejected(RejectionCode.CHAT_TEMPLATE, failed.message());
    }

    @Override
    public Admission admit(ScoringRequest request) {
        if (request.prompt().isBlank()) {
            return Admission.rejected(RejectionCode.EMPTY_PROMPT, "the prompt is empty");
        }
        String response = request.response();
        if (response != null && response.isEmpty()) {
            return Admission.rejected(RejectionCode.EMPTY_RESPONSE, "the response is empty");
        }
        int characters = request.prompt().length() + (response == null ? 0 : response.length());
        if (characters > TextTokenizer.LONGEST_TEXT) {
            return Admission.rejected(
                    RejectionCode.CONTEXT_WINDOW,
                    "prompt and response have " + characters + " characters; expected at most "
                            + TextTokenizer.LONGEST_TEXT + " to tokenize, which no context window takes");
        }
        TokenizedResponse tokenized = tokenized(request);
        if (response != null && tokenized.responseIds().length == 0) {
            return Admission.rejected(RejectionCode.EMPTY_RESPONSE, "the response has no token of its own");
        }
        if (tokenized.promptIds().length == 0) {
            return Admission.rejected(RejectionCode.EMPTY_PROMPT, "the prompt has no token of its own");
        }
        if (response == null && tokenized.length() >= contextWindow()) {
            return Admission.rejected(
                    RejectionCode.CONTEXT_WINDOW,
                    "the prompt has " + tokenized.length() + " tokens, which leaves no room in the context window of "
                            + contextWindow());
        }
        if (tokenized.length() > contextWindow()) {
            return Admission.rejected(
                    RejectionCode.CONTEXT_WINDOW,
                    "prompt and response have " + tokenized.length() + " tokens, more than the context window of "
                            + contextWindow());
        }
        if (tokenized.length() > runtime.maxPositions()) {
            return Admission.rejected(
                    RejectionCode.CONTEXT_WINDOW,
                    "prompt and response have " + tokenized.length() + " tokens; the logits of more than "
                            + runtime.maxPositions() + " exceed teacher.memory.uncut-mebibytes");
        }
        int tokens = response == null
                ? Math.min(tokenized.length() + config.generation().maxTokens(), contextWindow())
                : tokenized.length();
        return new Admission.Admitted(request, tokenized, tokens);
    }

    private TokenizedResponse tokenized(ScoringRequest request) {
        String prompt = request.prompt();
        String response = request.response();
        if (response == null) {
            int[] ids = request.templated() ? tokenizer.encodeRendered(prompt) : tokenizer.encodePrompt(prompt);
            return new TokenizedResponse(ids, new int[0], new int[0]);
        }
        return request.templated() ? tokenizer.encodeRendered(prompt, response) : tokenizer.encode(prompt, response);
    }

    @Override
    public List<Scoring> score(List<Admission.Admitted> batch) {
        return score(batch, generated(batch, token -> {}));
    }

    /**
     * Generates the response that a request lacks, told as it is written, and scores it.
     *
     * @param text given the response in pieces of whole characters; nothing where texts of the configuration end a response,
     *     because their beginning cannot be taken back
     */
    public Scoring score(Admission.Admitted request, Consumer<String> text) {
        boolean tells = config.generation().stop().isEmpty();
        IntConsumer tokens = tells ? new TextStream(tokenizer, text) : token -> {};
        List<Admission.Admitted> batch = List.of(request);
        return score(batch, generated(batch, tokens)).get(0);
    }

    private List<Scoring> score(List<Admission.Admitted> batch, Map<Integer, GeneratedSequence> sequences) {
        Scoring[] outcomes = new Scoring[batch.size()];
        Map<Integer, Response> responses = new TreeMap<>();
        for (int i = 0; i < outcomes.length; i++) {
            GeneratedSequence sequence = sequences.get(i);
            Optional<Response> response = sequence == null
                    ? Optional.of(Response.given(batch.get(i), vocabulary.endIds(), contextWindow()))
                    : Response.generated(sequence, tokenizer, vocabulary.endIds());
            if (response.isPresent()) {
                responses.put(i, response.get());
            } else if (sequence != null && sequence.failed()) {
                outcomes[i] = notFinite();
            } else {
                outcomes[i] = Scoring.rejected(
                        RejectionCode.EMPTY_RESPONSE, "the teacher generated no text, or bytes that are not UTF-8");
            }
        }
        List<Long> seeds = responses.keySet().stream()
                .map(i -> ColumnDraws.seed(
                        batch.get(i).request().id(), config.generation().seed()))
                .toList();
        List<Distribution> distributions = runtime.distributions(List.copyOf(responses.values()), seeds);
        int next = 0;
        for (Map.Entry<Integer, Response> entry : responses.entrySet()) {
            outcomes[entry.getKey()] = scored(entry.getValue(), distributions.get(next++));
        }
        return List.of(outcomes);
    }

    /** A response that the teacher generated. */
    public record Answer(String text, FinishReason finishReason) {}

    /**
     * Generates the missing responses of a batch and does not score them.
     *
     * @return one for each of the batch, in its order; empty where the request has a response, or where nothing readable
     *     was generated
     */
    public List<Optional<Answer>> answer(List<Admission.Admitted> batch) {
        Map<Integer, GeneratedSequence> sequences = generated(batch, token -> {});
        return IntStream.range(0, batch.size())
                .mapToObj(i -> Optional.ofNullable(sequences.get(i))
                        .flatMap(sequence -> Response.generated(sequence, tokenizer, vocabulary.endIds()))
                        .map(response -> new Answer(response.text(), response.finishReason())))
                .toList();
    }

    /** @param token given each token as it is generated, whichever of the batch it is of */
    private Map<Integer, GeneratedSequence> generated(List<Admission.Admitted> batch, IntConsumer token) {
        Map<Integer, GeneratedSequence> sequences = new TreeMap<>();
        for (int i = 0; i < batch.size(); i++) {
            Admission.Admitted admitted = batch.get(i);
            ScoringRequest request = admitted.request();
            if (request.response() == null) {
                int[] prompt = admitted.tokenized().promptIds();
                int limit = Math.min(config.generation().maxTokens(), contextWindow() - prompt.length);
                sequences.put(
                        i,
                        new GeneratedSequence(
                                prompt, limit, request.id(), config.generation().seed(), token));
            }
        }
        runtime.generate(List.copyOf(sequences.values()));
        return sequences;
    }

    private Scoring scored(Response response, Distribution distribution) {
        if (!distribution.finite()) {
            return notFinite();
        }
        int[] columns = distribution.columns();
        int[] ends = response.ends();
        return new Scoring.Scored(new ScoredResponse(
                response.text(),
                new TeacherTokens(
                        projected(response.sequence().scored()),
                        ends,
                        response.sequence().endsText(),
                        distribution.logZ(),
                        distribution.logitStandardDeviation(),
                        distribution.logProbability()),
                new RankedColumns(
                        config.selection(),
                        config.ranking(),
                        (float) config.targetTemperature(),
                        columns,
                        config.selection() == Selection.SEQUENCE
                                ? Arrays.stream(columns).mapToObj(this::bytes).toList()
                                : List.of(),
                        config.selection() == Selection.TOKEN
                                ? upToMass(distribution.columnLogProbabilities(), ends.length)
                                : distribution.columnLogProbabilities(),
                        ends.length),
                response.finishReason()));
    }

    private static Scoring notFinite() {
        return Scoring.rejected(
                RejectionCode.NOT_FINITE, "the teacher's distribution holds numbers that are not finite");
    }

    /** Without the columns that a position has beyond those that hold the configured probability. */
    private float[] upToMass(float[] logProbabilities, int positions) {
        if (config.mass() == 1) {
            // Rounded probabilities may add up to 1 before the last column.
            return logProbabilities;
        }
        float[] kept = logProbabilities.clone();
        int k = kept.length / positions;
        for (int row = 0; row < kept.length; row += k) {
            double held = 0;
            for (int column = row; column < row + k; column++) {
                if (held >= config.mass()) {
                    kept[column] = Float.NEGATIVE_INFINITY;
                }
                held += Math.exp(kept[column]);
            }
        }
        return kept;
    }

    private int[] projected(int[] ids) {
        return projection == null ? ids : projection.ids(ids);
    }

    /** A model's vocabulary may be padded beyond its tokenizer's; such a column stands for no text. */
    private byte[] bytes(int id) {
        return id < tokenizer.vocabularySize() ? tokenizer.bytes(id) : new byte[0];
    }

    /**
     * Runs batches of the lengths that may come, the longest first, so that memory is allocated and algorithms are chosen
     * before the first real one. Does nothing on the CPU, or where the configuration says not to.
     *
     * @param maxBatchTokens the most positions of a batch, padding included
     * @param maxBatchRecords the most texts of a batch
     */
    public void warmUp(int maxBatchTokens, int maxBatchRecords) {
        if (Device.parse(config.device()).cuda().isEmpty() || !config.cuda().warmUp()) {
            return;
        }
        int longest = Math.min(contextWindow(), maxBatchTokens);
        for (int length = longest; length >= SHORTEST_WARM_UP; length /= 2) {
            runtime.warmUp(Math.max(1, Math.min(maxBatchRecords, maxBatchTokens / length)), length);
        }
        LOG.info("warmed up over lengths of {} tokens and less", longest);
    }

    @Override
    public void close() {
        sessions.close();
        tokenizer.close();
    }
}
