package io.stillstream.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What once broke a reader, read again; and what the fuzzer begins with. */
final class FuzzTest {

    static List<Arguments> regressions() {
        return FuzzTargets.names().stream()
                .flatMap(target -> FuzzTargets.regressionInputs(target).stream()
                        .map(file -> Arguments.of(target, file.getFileName().toString(), file)))
                .toList();
    }

    static List<String> targets() {
        return FuzzTargets.names();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("regressions")
    void read_whatOnceBrokeIt_keepsItsPromise(String target, String name, Path file) throws IOException {
        FuzzTarget reader = FuzzTargets.named(target);
        reader.promise().hold(reader, Files.readAllBytes(file));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void read_seeds_areNotRefused(String target) {
        FuzzTarget reader = FuzzTargets.named(target);
        for (byte[] seed : reader.seeds()) {
            assertThatCode(() -> reader.read(seed)).doesNotThrowAnyException();
            reader.promise().hold(reader, seed);
        }
    }
}
