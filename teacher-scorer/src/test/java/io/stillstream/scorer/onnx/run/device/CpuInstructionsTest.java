package io.stillstream.scorer.onnx.run.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CpuInstructionsTest {

    @ParameterizedTest
    @CsvSource({
        "fpu sse4_1, SSE",
        "fpu avx avx2 fma, AVX2 without VNNI",
        "avx2 avx_vnni, AVX2 with VNNI",
        "avx2 avx512f avx512bw, AVX-512 without VNNI",
        "avx2 avx512f avx512_vnni, AVX-512 with VNNI",
        "avx512f avx512_vnni amx_tile amx_int8, AMX"
    })
    void of_flags_namesTheWidest(String flags, String name) {
        String processor = "vendor_id\t: AuthenticAMD\nflags\t\t: " + flags + "\nbugs\t\t:\n\n";
        assertThat(CpuInstructions.of("processor\t: 0\n" + processor + "processor\t: 1\n" + processor))
                .isEqualTo(new CpuInstructions(name));
    }

    @ParameterizedTest
    @CsvSource({"''", "'processor\t: 0\nFeatures\t: fp asimd asimddp'"})
    void of_notX86_isUnknown(String cpuInfo) {
        assertThat(CpuInstructions.of(cpuInfo)).isEqualTo(new CpuInstructions("unknown instructions"));
    }
}
