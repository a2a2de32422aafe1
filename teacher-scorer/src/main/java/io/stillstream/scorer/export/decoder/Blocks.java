package io.stillstream.scorer.export.decoder;

import java.io.IOException;

/** What a family has between token ids and LM head. Shapes: B sequences, S new tokens, E hidden numbers. */
interface Blocks {

    /** What the first block reads, {@code [B, S, E]}, of ids {@code [B, S]}. */
    String embed(String ids) throws IOException;

    /** What block {@code layer} makes of {@code [B, S, E]}. */
    String block(int layer, String x) throws IOException;

    /** What the LM head reads. */
    String last(String x) throws IOException;
}
