package io.stillstream.trainer.checkpoint;

/** Asked right before a checkpoint or snapshot gets its name; throws to forbid it. */
@FunctionalInterface
public interface Permission {

    /** @param manifest sha256 of the manifest */
    void ask(String id, String manifest);
}
