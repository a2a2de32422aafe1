/** Runs derived graphs. In: token sequences; out: hidden states, key-value caches and distributions. */
@NullMarked
package io.stillstream.scorer.onnx.run;

import org.jspecify.annotations.NullMarked;
