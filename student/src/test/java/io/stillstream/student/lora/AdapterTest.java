package io.stillstream.student.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.adapter.AdapterBase;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.AdapterGolden;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters against PEFT: logits, merging, and what is refused. */
class AdapterTest {

    private static final double TOLERANCE = 1e-4;
    /** Half a unit in the last place of bfloat16, and what the sum in another order may move a number across. */
    private static final double BFLOAT16 = 1.0 / 128;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("io.stillstream.student.AdapterGolden#all")
    void logits_adapterOfPeft_asPeft(String name) {
        try (SafetensorsReader ids = FamilyGolden.open(AdapterGolden.family(name));
                SafetensorsReader golden = AdapterGolden.open(name);
                Student student = Student.load(AdapterGolden.adapter(name, directory))) {
            for (int i = 0;
                    i < FamilyGolden.promptLengths(AdapterGolden.family(name)).size();
                    i++) {
                assertThat(Golden.maximumDifference(
                                flat(Golden.logits(student, Golden.ints(ids, "ids." + i))),
                                golden.floats("logits." + i)))
                        .isLessThan(TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.AdapterGolden#all")
    void write_adapterOfPeft_isMergeAndUnloadInTheBasesType(String name) {
        Path adapter = AdapterGolden.adapter(name, directory);
        AdapterMerge merge = new AdapterMerge(adapter);
        Path out = directory.resolve("merged");
        merge.write(merge.base(), out);

        try (SafetensorsReader expected = AdapterGolden.merged(name);
                SafetensorsReader found = SafetensorsReader.ofModel(out);
                Student whole = Student.load(out)) {
            assertThat(whole.shapes()).hasSameSizeAs(expected.tensors().keySet());
            for (String tensor : found.tensors().keySet()) {
                float[] numbers = expected.floats(tensor.equals("embed_out.weight") ? "lm_head.weight" : tensor);
                assertThat(found.tensor(tensor).dtype()).isEqualTo(Dtype.BF16);
                float[] merged = found.floats(tensor);
                for (int i = 0; i < numbers.length; i++) {
                    assertThat(Math.abs(merged[i] - numbers[i])).as(tensor).isLessThanOrEqualTo((float)
                            (BFLOAT16 * Math.abs(numbers[i]) + 1e-6));
                }
            }
        }
    }

    @Test
    void load_savedAdapter_isTheSameToTheBit() {
        Path adapter = AdapterGolden.adapter("llama-head", directory);
        int[] ids = {1, 5, 9, 13};
        Path saved = directory.resolve("saved");
        float[] before;
        try (Student student = Student.load(adapter)) {
            before = flat(Golden.logits(student, ids));
            student.save(saved);
        }
        assertThat(saved.resolve("config.json")).doesNotExist();
        assertThat(saved.resolve(AdapterBase.FILE_NAME)).exists();
        try (Student student = Student.load(saved)) {
            assertThat(flat(Golden.logits(student, ids))).containsExactly(before);
        }
    }

    @Test
    void load_freshAdapter_isTheBaseAndTrainsAandBalone() {
        Path base = FamilyGolden.model("qwen3", directory.resolve("model"));
        LoraConfig lora = new LoraConfig(2, 4, 0.5, List.of("q_proj"), List.of("norm"), false, 7);
        try (Student whole = Student.load(base);
                Student student = Student.load(base, base, lora, null, List.of());
                Student again = Student.load(base, base, lora, null, List.of())) {
            int[] ids = {1, 5, 9, 13};
            assertThat(flat(Golden.logits(student, ids))).containsExactly(flat(Golden.logits(whole, ids)));
            assertThat(student.trainedNames())
                    .contains("model.layers.1.self_attn.q_proj.lora_A.weight", "model.norm.weight")
                    .doesNotContain("model.layers.1.self_attn.q_proj.weight");
            assertThat(student.trainedArguments().get(0).toFloatArray())
                    .containsExactly(again.trainedArguments().get(0).toFloatArray());
            assertThat(student.trainedArguments().get(0).toFloatArray()[0]).isNotZero();
        }
    }

    @Test
    void load_otherWeightsOfTheSameShape_isRefusedWithBothHashes() throws IOException {
        Path adapter = AdapterGolden.adapter("llama", directory);
        Path saved = directory.resolve("saved");
        try (Student student = Student.load(adapter)) {
            student.save(saved);
        }
        Files.writeString(saved.resolve(AdapterBase.FILE_NAME), "{\"weights_sha256\": \"0123\"}");
        assertThatThrownBy(() -> Student.load(saved))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("was trained on weights with the sha256 0123")
                .hasMessageContaining("expected the base that it was trained on");
        assertThatThrownBy(() -> new AdapterMerge(saved).write(directory.resolve("base"), directory.resolve("out")))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("was trained on weights with the sha256 0123");
    }

    @Test
    void load_baseOfAnotherShape_isRefusedWithTheTensor() {
        Path adapter = AdapterGolden.adapter("llama", directory);
        Path other = FamilyGolden.model("gpt2", directory.resolve("other"));
        assertThatThrownBy(() -> Student.load(adapter, other, LoraConfig.none(), null, List.of()))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("lora_")
                .hasMessageContaining("has shape")
                .hasMessageContaining("is it another's?");
        assertThatThrownBy(() -> new AdapterMerge(adapter).write(other, directory.resolve("out")))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("is it another's?");
    }

    @Test
    void load_baseIsNotThere_namesIt() throws IOException {
        Path adapter = AdapterGolden.adapter("llama", directory);
        Path config = adapter.resolve(AdapterConfig.FILE_NAME);
        Files.writeString(config, Files.readString(config).replace("../base", "../gone"));
        assertThatThrownBy(() -> Student.load(adapter))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("names its base '../gone'")
                .hasMessageContaining("there is no such directory");
    }

    @ParameterizedTest
    @CsvSource({
        "llama, lm_head, , is the LM head or the embedding",
        "llama, nothing, , this llama decoder does not have",
        "llama, embed_tokens, , is the LM head or the embedding",
        "gpt2, wpe, , is no linear map",
        "llama, q_proj, q_proj, has an adapter by trainer.lora.targets",
        "qwen3, q_proj, lm_head, the LM head is the embedding",
        "qwen3, q_proj, embed_tokens, the LM head is the embedding",
        "llama, q_proj, gone, no module with weights ends so",
    })
    void load_moduleThatCannotBeTrained_isRefusedByName(String family, String target, String saved, String reason) {
        Path base = FamilyGolden.model(family, directory.resolve("model"));
        LoraConfig lora =
                new LoraConfig(2, 4, 0, List.of(target), saved == null ? List.of() : List.of(saved), false, 0);
        assertThatThrownBy(() -> Student.load(base, base, lora, null, List.of()))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining(saved == null ? target : saved)
                .hasMessageContaining(reason);
    }

    @Test
    void load_adapterWithMoreThanLora_isRefusedByTheKey() throws IOException {
        Path adapter = AdapterGolden.adapter("llama", directory);
        Path config = adapter.resolve(AdapterConfig.FILE_NAME);
        Files.writeString(config, Files.readString(config).replace("\"use_dora\": false", "\"use_dora\": true"));
        assertThatThrownBy(() -> Student.load(adapter))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("has use_dora true; expected plain LoRA");
    }

    private static float[] flat(float[][] rows) {
        float[] all = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[i].length);
        }
        return all;
    }
}
