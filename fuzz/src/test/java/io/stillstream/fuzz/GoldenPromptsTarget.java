package io.stillstream.fuzz;

import io.stillstream.student.StudentException;
import io.stillstream.student.snapshot.GoldenPrompts;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The prompts that a snapshot's server probes it with. */
final class GoldenPromptsTarget implements FuzzTarget {

    @Override
    public Promise promise() {
        return Promise.usual(StudentException.class);
    }

    @Override
    public void read(byte[] input) {
        GoldenPrompts read = GoldenPrompts.decode(input);
        Promise.require(GoldenPrompts.decode(read.toJson()).equals(read), "writing changes " + read);
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("{\"version\":1,\"prompts\":[{\"prompt\":[1,2],\"answer\":[3],\"log_probabilities\":[-0.5]}]}"
                .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
        return List.of("null", "\"NaN\"", "1e999", "-1", "[]", "{}", "9223372036854775808");
    }
}
