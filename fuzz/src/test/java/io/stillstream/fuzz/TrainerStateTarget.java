package io.stillstream.fuzz;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.TrainerState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The state of a checkpoint, which has no checksum of its own. */
final class TrainerStateTarget implements FuzzTarget {

    @Override
    public Promise promise() {
        return Promise.usual(TrainerException.class);
    }

    @Override
    public void read(byte[] input) {
        Path file = Scratch.file("state.json", input);
        TrainerState.read(file.resolveSibling(""));
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                {"version":4,"initialWeights":"aa","records":1,"tokens":2,"teacherLead":0.5,"timestamps":{"t-0":3},\
                "incompleteEnds":{"e":["t-0@4"]},"settings":{"a":"b"}}""".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
        return List.of(
                "null", "\"timestamps\"", "\"incompleteEnds\"", "\"settings\"", "[null]", "{\"a\":null}", "1e999");
    }
}
