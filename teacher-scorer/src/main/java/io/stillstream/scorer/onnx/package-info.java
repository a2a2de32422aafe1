/**
 * A teacher run by ONNX Runtime. In: a directory with a Hugging Face decoder exported to ONNX, and batches of tokens; out:
 * the responses it generates and its distribution over them, ranked inside the graph so that little leaves the
 * runtime.
 */
@NullMarked
package io.stillstream.scorer.onnx;

import org.jspecify.annotations.NullMarked;
