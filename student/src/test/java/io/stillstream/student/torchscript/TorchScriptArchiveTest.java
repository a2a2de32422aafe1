package io.stillstream.student.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.StudentException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class TorchScriptArchiveTest {

    private static final String TWICE = """
            # A function of its own file.
            import torch
            from torch import Tensor


            def twice(x: Tensor) -> Tensor:
                return x * 2.0


            def four_times(x: Tensor) -> Tensor:
                return twice(twice(x))
            """;
    private static final String SCALE = """
            from typing import Dict

            import torch
            from torch import Tensor

            import twice


            class Scale(Module):
                training: bool
                factor: float
                times: int

                def forward(self, weights: Dict[str, Tensor], x: Tensor) -> Tensor:
                    for _ in range(self.times):
                        x = twice.four_times(x) * self.factor
                    return x + weights["model.bias"]

                def fail(self, x: Tensor) -> Tensor:
                    return x.view([3, 5])
            """;
    private static final Map<String, Object> ATTRIBUTES = Map.of("training", true, "factor", 0.5, "times", 3);

    private static TorchScriptArchive archive(String text) {
        return new TorchScriptArchive("scale.Scale", Map.of("scale", text, "twice", TWICE), ATTRIBUTES);
    }

    @Test
    void call_functionsOfOtherModules_attributesAndDictionary() {
        try (TorchScriptModule module = TorchScriptModule.load(archive(SCALE));
                NDManager scope = TorchEngine.newScope()) {
            NDArray bias = scope.create(new float[] {1, 2});
            bias.setName("weights.model.bias");
            NDList result = module.call(scope, "forward", new NDList(bias, scope.create(new float[] {1, 10})));
            assertThat(result.singletonOrThrow().toFloatArray()).containsExactly(9, 82);
        }
    }

    @Test
    void call_objectsListsAndTextsAsAttributes_areWhatWasGiven() {
        String inner = """
                class Inner(Module):
                    training: bool
                    name: str
                    steps: List[int]
                    weights: List[float]

                    def weighted(self, x: Tensor) -> Tensor:
                        for i in range(len(self.steps)):
                            x = x + self.steps[i] * self.weights[i]
                        return x if self.name == "zweite Größe" else x * 0.0
                """;
        String outer = """
                import inner

                class Outer(Module):
                    training: bool
                    held: inner.Inner

                    def forward(self, x: Tensor) -> Tensor:
                        return self.held.weighted(x)
                """;
        Map<String, Object> attributes = Map.of(
                "training", true, "name", "zweite Größe", "steps", new int[] {100, -3}, "weights", new double[] {0.25, 2
                });
        TorchScriptArchive archive = new TorchScriptArchive(
                "outer.Outer",
                Map.of("inner", inner, "outer", outer),
                Map.of("training", true, "held", new TorchScriptObject("inner.Inner", attributes)));
        try (TorchScriptModule module = TorchScriptModule.load(archive);
                NDManager scope = TorchEngine.newScope()) {
            NDList result = module.call(scope, "forward", new NDList(scope.create(new float[] {1})));
            assertThat(result.singletonOrThrow().toFloatArray()).containsExactly(20);
        }
    }

    @Test
    void load_unknownOperator_saysFileAndLine() {
        String broken = SCALE.replace("twice.four_times(x)", "torch.no_such_operator(x)");
        assertThatThrownBy(() -> TorchScriptModule.load(archive(broken)))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("scale.Scale does not compile")
                .hasMessageContaining("no_such_operator")
                .hasMessageContaining("scale.py\", line 16");
    }

    @Test
    void load_typeError_saysFileAndLineOfTheModuleCalled() {
        TorchScriptArchive archive = new TorchScriptArchive(
                "scale.Scale", Map.of("scale", SCALE, "twice", TWICE.replace("x * 2.0", "x.size()")), ATTRIBUTES);
        assertThatThrownBy(() -> TorchScriptModule.load(archive))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("twice.py\", line 7");
    }

    @Test
    void call_failingOperation_saysMethodAndCause() {
        try (TorchScriptModule module = TorchScriptModule.load(archive(SCALE));
                NDManager scope = TorchEngine.newScope()) {
            NDList argument = new NDList(scope.create(new float[] {1, 10}));
            assertThatThrownBy(() -> module.call(scope, "fail", argument))
                    .isInstanceOf(StudentException.class)
                    .hasMessageContaining("scale.Scale.fail failed")
                    .hasMessageContaining("shape '[3, 5]' is invalid");
        }
    }

    @Test
    void bytes_sameSources_sameBytesInStoredEntries() throws IOException {
        byte[] bytes = archive(SCALE).bytes();
        assertThat(archive(SCALE).bytes()).isEqualTo(bytes);
        List<String> names = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                names.add(entry.getName());
            }
        }
        assertThat(names)
                .containsExactly(
                        "stillstream/data.pkl",
                        "stillstream/code/__torch__/scale.py",
                        "stillstream/code/__torch__/twice.py",
                        "stillstream/constants.pkl",
                        "stillstream/version",
                        "stillstream/byteorder");
    }

    @Test
    void bytes_attributeOfAnotherType_isRefused() {
        TorchScriptArchive archive =
                new TorchScriptArchive("scale.Scale", Map.of("scale", SCALE), Map.of("factor", 1L));
        assertThatThrownBy(archive::bytes)
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("attribute factor is a Long");
    }
}
