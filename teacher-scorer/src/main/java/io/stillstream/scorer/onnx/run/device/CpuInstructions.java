package io.stillstream.scorer.onnx.run.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * The widest instructions for bytes that a CPU has, for the log.
 *
 * @param name as in "AVX2 without VNNI"; "unknown instructions" where it is not known
 */
public record CpuInstructions(String name) {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final String FLAGS = "flags";

    /** Of this machine; known on Linux alone. */
    public static CpuInstructions ofThisMachine() {
        try {
            return of(Files.readString(CPU_INFO));
        } catch (IOException e) {
            return of("");
        }
    }

    /** @param cpuInfo as {@code /proc/cpuinfo} on x86-64 */
    static CpuInstructions of(String cpuInfo) {
        Set<String> flags = cpuInfo.lines()
                .filter(line -> line.startsWith(FLAGS))
                .findFirst()
                .map(line -> Set.copyOf(Arrays.asList(
                        line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
                .orElse(Set.of());
        return new CpuInstructions(name(flags));
    }

    private static String name(Set<String> flags) {
        if (flags.isEmpty()) {
            return "unknown instructions";
        }
        if (flags.contains("amx_int8")) {
            return "AMX";
        }
        if (flags.contains("avx512_vnni")) {
            return "AVX-512 with VNNI";
        }
        if (flags.contains("avx_vnni")) {
            return "AVX2 with VNNI";
        }
        if (flags.contains("avx512f")) {
            return "AVX-512 without VNNI";
        }
        return flags.contains("avx2") ? "AVX2 without VNNI" : "SSE";
    }
}
