/**
 * A teacher run by ONNX Runtime. In: a directory with a decoder as Hugging Face exports it, and batches of tokens; out:
 * the responses it writes and its distribution over them, ranked inside the graph so that little leaves it.
 */
@NullMarked
package io.stillstream.scorer.onnx;

import org.jspecify.annotations.NullMarked;
