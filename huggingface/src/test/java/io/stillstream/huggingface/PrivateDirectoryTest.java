package io.stillstream.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PrivateDirectoryTest {

    @Test
    void userCache_isAbsoluteOrNone() {
        assertThat(PrivateDirectory.userCache(Map.of(), "/home/u")).contains(Path.of("/home/u/.cache/stillstream"));
        assertThat(PrivateDirectory.userCache(Map.of("XDG_CACHE_HOME", "/c"), "/home/u"))
                .contains(Path.of("/c/stillstream"));
        assertThat(PrivateDirectory.userCache(Map.of("XDG_CACHE_HOME", "c"), "/home/u"))
                .contains(Path.of("/home/u/.cache/stillstream"));
        assertThat(PrivateDirectory.userCache(Map.of(), "?")).isEmpty();
    }
}
