package io.stillstream.trainer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.AvailableMemory;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Precision;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.step.StepConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MemoryPlanTest {

    private static final String WRITE = "stillstream.docs.write";
    private static final String BEGIN = "<!-- Written by MemoryPlanTest. -->\n";
    private static final String END = "<!-- End of what it writes. -->\n";
    private static final double GIBIBYTE = 1 << 30;
    private static final StepConfig USUAL = new StepConfig(2048, 256, Precision.FP32, false, 0, TorchDevices.cpu());

    /** Shapes of public models, by size. */
    private static final Map<String, PlainLlama> SIZES = sizes();

    private static Map<String, PlainLlama> sizes() {
        Map<String, PlainLlama> sizes = new LinkedHashMap<>();
        sizes.put("0.5B", llama(151_936, 896, 4864, 24, 14, 2, 64, true));
        sizes.put("1B", llama(128_256, 2048, 8192, 16, 32, 8, 64, true));
        sizes.put("3B", llama(128_256, 3072, 8192, 28, 24, 8, 128, true));
        sizes.put("8B", llama(128_256, 4096, 14_336, 32, 32, 8, 128, false));
        return sizes;
    }

    /** By hand, in numbers of a token: inputs and norms 2 · 8 + 2 · 8 + 2 · 8, queries, repeated keys and values and output
     * 4 · 8, a normaliser for each of 2 heads, the feed-forward network 4 · 16. */
    @Test
    void perToken_aBlockOfLlama_isWhatItsBackwardPassReads() {
        Architecture one = llama(32, 8, 16, 1, 2, 1, 4, true).config().architecture();
        long numbers = 6 * 8 + 4 * 8 + 2 + 4 * 16;
        assertThat(MemoryPlan.perToken(one, USUAL)).isEqualTo(Float.BYTES * numbers);
        assertThat(MemoryPlan.perToken(one, with(Precision.FP32, true))).isEqualTo(Float.BYTES * 8);
    }

    @Test
    void of_anyStudent_hasSixteenBytesOfEachParameterAndTwelveOfItsCopies() {
        Architecture one = llama(32, 8, 16, 1, 2, 1, 4, true).config().architecture();
        long parameters = 32 * 8 + 8 + 8 + 8 + 8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16;
        MemoryPlan plan = MemoryPlan.of(one, USUAL);
        assertThat(plan.weights() + plan.gradients() + plan.moments()).isEqualTo(16 * parameters);
        assertThat(plan.copies()).isEqualTo(12 * parameters);
    }

    @Test
    void of_adapters_hasTheModelOnceAndTheRestOfWhatIsTrained() {
        Architecture one = llama(32, 8, 16, 1, 2, 1, 4, false).config().architecture();
        MemoryPlan all = MemoryPlan.of(one, USUAL);
        // q and v: 2 · (8 + 8) and 2 · (8 + 4).
        MemoryPlan some = MemoryPlan.of(one, USUAL, lora(List.of("q_proj", "v_proj"), List.of(), 0));
        assertThat(some.weights()).isEqualTo(all.weights() + Float.BYTES * (32 + 24));
        assertThat(some.gradients()).isEqualTo(Float.BYTES * (32 + 24));
        assertThat(some.moments()).isEqualTo(2 * some.gradients());
        assertThat(some.copies()).isEqualTo(3 * some.gradients());
        MemoryPlan withHead = MemoryPlan.of(one, USUAL, lora(List.of("q_proj", "v_proj"), List.of("lm_head"), 0));
        assertThat(withHead.gradients() - some.gradients()).isEqualTo(Float.BYTES * 32 * 8);
    }

    @Test
    void of_adaptersWithDropout_keepWhatIsDropped() {
        Architecture large = shape("0.5B");
        LoraConfig plain = lora(List.of(LoraConfig.ALL_LINEAR), List.of(), 0);
        LoraConfig dropping = lora(List.of(LoraConfig.ALL_LINEAR), List.of(), 0.1);
        assertThat(MemoryPlan.of(large, USUAL, dropping).working())
                .isGreaterThan(MemoryPlan.of(large, USUAL, plain).working());
        assertThat(MemoryPlan.of(large, USUAL, dropping).total())
                .isLessThan(MemoryPlan.of(large, USUAL).total());
    }

    private static LoraConfig lora(List<String> targets, List<String> saved, double dropout) {
        return new LoraConfig(2, 16, dropout, targets, saved, false, 0);
    }

    @Test
    void of_anySize_recomputationTakesLess() {
        SIZES.forEach((size, shape) -> {
            Architecture architecture = shape.config().architecture();
            for (Precision precision : Precision.values()) {
                assertThat(MemoryPlan.of(architecture, with(precision, true)).total())
                        .as(size)
                        .isLessThan(MemoryPlan.of(architecture, with(precision, false))
                                .total());
            }
        });
    }

    @Test
    void requireFits_tooLarge_saysInOneLineWhatIsNeededAndWhatWouldHelp() {
        Architecture large = shape("0.5B");
        assertThatThrownBy(() -> new MemoryCheck(large, USUAL, LoraConfig.none())
                        .requireFits(new AvailableMemory(13L << 30, "in this container", 3L << 30)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContainingAll(
                        "weights 1.84 GiB",
                        "13.00 GiB are available in this container",
                        "trainer.recompute: true (15.",
                        "also trainer.batches.max-batch-tokens: 512",
                        "also trainer.lora.rank: 16 (",
                        "-Xmx")
                .hasMessageNotContaining("\n");
    }

    @Test
    void requireFits_exactlyEnough_passes() {
        Architecture small = shape("0.5B");
        long needed = MemoryPlan.of(small, USUAL).total();
        assertThatCode(() -> new MemoryCheck(small, USUAL, LoraConfig.none())
                        .requireFits(new AvailableMemory(needed, "on this machine", 0)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> new MemoryCheck(small, USUAL, LoraConfig.none())
                        .requireFits(new AvailableMemory(needed - 1, "on this machine", 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageNotContaining("-Xmx");
    }

    @Test
    void documentation_table_isWhatIsComputed() throws IOException {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("configuration/src"))) {
            directory = directory.getParent();
        }
        Path file = directory.resolve("docs/students.md");
        String found = Files.readString(file);
        int begin = found.indexOf(BEGIN);
        int end = found.indexOf(END);
        assertThat(begin).as("%s has the line %s", file, BEGIN.strip()).isNotNegative();
        assertThat(end).as("%s has the line %s", file, END.strip()).isGreaterThan(begin);
        String expected = found.substring(0, begin + BEGIN.length()) + table() + found.substring(end);
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(file, expected);
        } else {
            assertThat(found)
                    .as("%s is not up to date; write it with -D%s=true", file, WRITE)
                    .isEqualTo(expected);
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder(
                        "| size | parameters | precision | recompute | weights, gradients, moments")
                .append(" | copies for checkpoints | working memory | in all | kept of each token |\n")
                .append("|---|---|---|---|---|---|---|---|---|\n");
        SIZES.forEach((size, shape) -> {
            Architecture architecture = shape.config().architecture();
            for (Precision precision : Precision.values()) {
                for (boolean recompute : new boolean[] {false, true}) {
                    StepConfig step = with(precision, recompute);
                    MemoryPlan plan = MemoryPlan.of(architecture, step);
                    table.append(String.format(
                            Locale.ROOT,
                            "| %s | %,d | %s | %s | %.1f GiB | %.1f GiB | %.1f GiB | %.1f GiB | %,d KiB |%n",
                            size,
                            plan.weights() / Float.BYTES,
                            precision.name().toLowerCase(Locale.ROOT),
                            recompute ? "yes" : "no",
                            (plan.weights() + plan.gradients() + plan.moments()) / GIBIBYTE,
                            plan.copies() / GIBIBYTE,
                            plan.working() / GIBIBYTE,
                            plan.total() / GIBIBYTE,
                            MemoryPlan.perToken(architecture, step) / 1024));
                }
            }
        });
        return table.toString();
    }

    private static Architecture shape(String size) {
        return SIZES.getOrDefault(size, SIZES.values().iterator().next())
                .config()
                .architecture();
    }

    private static StepConfig with(Precision precision, boolean recompute) {
        return new StepConfig(
                USUAL.microBatchTokens(), USUAL.logitMebibytes(), precision, recompute, 0, TorchDevices.cpu());
    }

    private static PlainLlama llama(
            int vocabulary,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int keyValueHeads,
            int headDimension,
            boolean tied) {
        return new PlainLlama(
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                keyValueHeads,
                headDimension,
                4096,
                1e-5f,
                500_000,
                tied,
                null,
                List.of());
    }
}
