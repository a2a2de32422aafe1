package io.stillstream.scorer.onnx;

import io.stillstream.configuration.Check;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.VocabularyProjection;
import io.stillstream.scorer.onnx.run.device.CudaConfig;
import io.stillstream.scorer.onnx.run.device.Device;
import io.stillstream.scorer.onnx.run.device.MemoryConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which teacher runs, where, and how it scores and generates.
 *
 * @param directory a directory with an ONNX model, and beside it or in {@code hf/} Hugging Face's {@code config.json} and
 *     {@code tokenizer.json}
 * @param model the ONNX file within the directory, as {@code onnx/model_q4.onnx}; if not set, {@code model.onnx}, else
 *     {@code onnx/model.onnx}, else the only {@code *.onnx} in the directory and its {@code onnx/}
 * @param tokenizerDirectory where {@code tokenizer.json} is; if not set, the model's directory
 * @param chatTemplate a Jinja file, or a directory with {@code chat_template.jinja} or {@code tokenizer_config.json}; if
 *     not set, the template beside the tokenizer, if there is one; {@code none} renders chats as plain lines
 * @param topK how many columns of each response's distribution are kept, or with {@code token} of each position's; never
 *     more than the vocabulary
 * @param mass with {@code token}, a position keeps its most probable columns only until they hold this probability; 1 keeps
 *     all of {@code top-k}
 * @param selection {@code token} keeps the most probable columns of each position, {@code sequence} the same for all
 *     positions of a response, {@code sampled} what {@code top-k} draws at each position give, which follow from the
 *     prompt's id and {@code generation.seed}
 * @param ranking what {@code sequence} columns are ranked by, and the distribution that their log-probabilities are of:
 *     {@code probability}, or MultiLevelOT's {@code standardised}
 * @param targetTemperature what the teacher's logits are divided by for the columns, which are of the softmax of that; apart
 *     from the temperature of generation. Only 1 with {@code ranking: standardised}
 * @param projectOnto a student's directory with {@code tokenizer.json} and {@code config.json}: the probabilities of the
 *     teacher's tokens are added up in its vocabulary, each in the first token that spells it, before columns are chosen; if
 *     not set, columns are the teacher's tokens. Only with {@code selection: token}, and for students with this tokenizer
 * @param device {@code cpu}, or {@code cuda:N} for a GPU
 * @param threads how many threads run one inference; 0 for one on each processor that this process may use
 * @param generation how missing responses are generated
 * @param sharedPrefixTokens prompts of a batch that begin with at least this many equal tokens have them computed once,
 *     by a model with a key-value cache; 0 for never
 * @param memory how much memory an inference may take
 * @param cuda how a GPU is used
 * @param cacheDirectory where graphs derived from the model are kept; if not set, {@code .stillstream} beside the model,
 *     or the user's cache where that cannot be written
 */
public record TeacherConfig(
        Path directory,
        @Nullable Path model,
        @Nullable Path tokenizerDirectory,
        @Nullable Path chatTemplate,
        int topK,
        double mass,
        Selection selection,
        Ranking ranking,
        double targetTemperature,
        @Nullable Path projectOnto,
        String device,
        int threads,
        GenerationConfig generation,
        int sharedPrefixTokens,
        MemoryConfig memory,
        CudaConfig cuda,
        @Nullable Path cacheDirectory) {

    public static final int DEFAULT_TOP_K = 32;
    public static final double DEFAULT_MASS = 0.95;
    public static final double DEFAULT_TARGET_TEMPERATURE = 1;
    public static final int DEFAULT_SHARED_PREFIX_TOKENS = 64;

    /** More than the processors of any machine; ONNX Runtime's threads wait by spinning. */
    private static final int MOST_THREADS = 1_024;

    public TeacherConfig {
        Check.atLeast("topK", topK, 1);
        Check.that(
                selection == Selection.SEQUENCE || topK <= RankedColumns.MOST_OF_A_POSITION,
                "topK",
                topK,
                "at most " + RankedColumns.MOST_OF_A_POSITION + " with selection "
                        + selection.name().toLowerCase(Locale.ROOT));
        Check.above("mass", mass, 0.0);
        Check.between("mass", mass, 0.0, 1.0);
        Check.that(
                selection == Selection.SEQUENCE || ranking == Ranking.PROBABILITY,
                "ranking",
                ranking,
                "probability unless the selection is sequence: columns of a position are ranked by nothing else");
        Check.that(
                (float) targetTemperature > 0 && Float.isFinite((float) targetTemperature),
                "targetTemperature",
                targetTemperature,
                "a finite number above 0");
        Check.that(
                ranking == Ranking.PROBABILITY || targetTemperature == DEFAULT_TARGET_TEMPERATURE,
                "targetTemperature",
                targetTemperature,
                "1 with ranking standardised, which has a divisor of its own");
        Check.that(
                projectOnto == null || selection == Selection.TOKEN,
                "projectOnto",
                projectOnto,
                "none unless the selection is token");
        Check.that(isDevice(device), "device", device, "cpu, or cuda:N as in cuda:0");
        Check.between("threads", threads, 0, MOST_THREADS);
        Check.atLeast("sharedPrefixTokens", sharedPrefixTokens, 0);
    }

    private static boolean isDevice(String name) {
        try {
            Device.parse(name);
            return true;
        } catch (ScorerException e) {
            return false;
        }
    }

    /** The defaults for a model's directory. */
    public static TeacherConfig of(Path directory) {
        return new TeacherConfig(
                directory,
                null,
                null,
                null,
                DEFAULT_TOP_K,
                DEFAULT_MASS,
                Selection.TOKEN,
                Ranking.PROBABILITY,
                DEFAULT_TARGET_TEMPERATURE,
                null,
                "cpu",
                0,
                GenerationConfig.GREEDY,
                DEFAULT_SHARED_PREFIX_TOKENS,
                MemoryConfig.DEFAULT,
                CudaConfig.DEFAULT,
                null);
    }

    public TeacherConfig withGeneration(GenerationConfig replacement) {
        return copy(copy -> copy.generation = replacement);
    }

    public TeacherConfig withModel(@Nullable Path replacement) {
        return copy(copy -> copy.model = replacement);
    }

    public TeacherConfig withChatTemplate(@Nullable Path replacement) {
        return copy(copy -> copy.chatTemplate = replacement);
    }

    /** With so many columns, whatever mass they hold. */
    public TeacherConfig withColumns(Selection otherSelection, Ranking otherRanking, int otherTopK) {
        return copy(copy -> {
            copy.selection = otherSelection;
            copy.ranking = otherRanking;
            copy.topK = otherTopK;
            copy.mass = 1;
        });
    }

    public TeacherConfig withMass(double probability) {
        return copy(copy -> copy.mass = probability);
    }

    public TeacherConfig withTargetTemperature(double temperature) {
        return copy(copy -> copy.targetTemperature = temperature);
    }

    public TeacherConfig withProjectOnto(@Nullable Path student) {
        return copy(copy -> copy.projectOnto = student);
    }

    public TeacherConfig withDevice(String otherDevice, int otherThreads) {
        return copy(copy -> {
            copy.device = otherDevice;
            copy.threads = otherThreads;
        });
    }

    public TeacherConfig withMemory(MemoryConfig replacement) {
        return copy(copy -> copy.memory = replacement);
    }

    public TeacherConfig withSharedPrefixTokens(int tokens) {
        return copy(copy -> copy.sharedPrefixTokens = tokens);
    }

    public TeacherConfig withCacheDirectory(Path other) {
        return copy(copy -> copy.cacheDirectory = other);
    }

    private TeacherConfig copy(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return copy.config();
    }

    /**
     * The threads of one inference. Counted here, because the runtime's own count takes the two processors of many a virtual
     * machine for one core, and does not see a container's limit.
     */
    public int threadsOrAll() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Which columns of a distribution over a vocabulary of this size are kept. */
    public ColumnSelection columns(int vocabularySize) {
        return columns(vocabularySize, null);
    }

    /** Which columns of a distribution that is added up in another vocabulary are kept. */
    public ColumnSelection columns(VocabularyProjection projection) {
        return columns(projection.size(), projection);
    }

    private ColumnSelection columns(int vocabularySize, @Nullable VocabularyProjection projection) {
        return new ColumnSelection(
                selection, ranking, (float) targetTemperature, Math.min(topK, vocabularySize), projection);
    }

    /** The components that a copy may have otherwise. */
    private static final class Copy {

        private final TeacherConfig original;
        private @Nullable Path model;
        private @Nullable Path chatTemplate;
        private int topK;
        private double mass;
        private Selection selection;
        private Ranking ranking;
        private double targetTemperature;
        private @Nullable Path projectOnto;
        private String device;
        private int threads;
        private GenerationConfig generation;
        private int sharedPrefixTokens;
        private MemoryConfig memory;
        private @Nullable Path cacheDirectory;

        Copy(TeacherConfig original) {
            this.original = original;
            this.model = original.model;
            this.chatTemplate = original.chatTemplate;
            this.topK = original.topK;
            this.mass = original.mass;
            this.selection = original.selection;
            this.ranking = original.ranking;
            this.targetTemperature = original.targetTemperature;
            this.projectOnto = original.projectOnto;
            this.device = original.device;
            this.threads = original.threads;
            this.generation = original.generation;
            this.sharedPrefixTokens = original.sharedPrefixTokens;
            this.memory = original.memory;
            this.cacheDirectory = original.cacheDirectory;
        }

        TeacherConfig config() {
            return new TeacherConfig(
                    original.directory,
                    model,
                    original.tokenizerDirectory,
                    chatTemplate,
                    topK,
                    mass,
                    selection,
                    ranking,
                    targetTemperature,
                    projectOnto,
                    device,
                    threads,
                    generation,
                    sharedPrefixTokens,
                    memory,
                    original.cuda,
                    cacheDirectory);
        }
    }
}
