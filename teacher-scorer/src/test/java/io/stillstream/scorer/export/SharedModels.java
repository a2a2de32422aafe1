package io.stillstream.scorer.export;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The real models that lie beside the repository. */
final class SharedModels {

    private SharedModels() {}

    /** The model's directory; the test is skipped where it is absent. */
    static Path directory(String name) {
        Path shared = Path.of(System.getProperty("stillstream.shared", "../../shared"));
        Path directory = shared.resolve("models").resolve(name);
        assumeTrue(Files.isDirectory(directory), () -> "no " + directory + "; set -Dstillstream.shared");
        return directory;
    }
}
