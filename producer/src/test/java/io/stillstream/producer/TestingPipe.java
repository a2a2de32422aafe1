package io.stillstream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** A pipe with a name. */
public final class TestingPipe {

    private static final Path MKFIFO = Path.of("/usr/bin/mkfifo");

    private TestingPipe() {}

    /** Skips the test where no pipe can be made. */
    public static Path in(Path directory) throws Exception {
        assumeTrue(Files.isExecutable(MKFIFO), "there is no mkfifo");
        Path pipe = directory.resolve("pipe");
        Process mkfifo = new ProcessBuilder(MKFIFO.toString(), pipe.toString()).start();
        assertThat(mkfifo.waitFor()).isZero();
        return pipe;
    }
}
