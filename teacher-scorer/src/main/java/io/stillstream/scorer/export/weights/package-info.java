/** A model directory's weights in, an ONNX graph's initializers out, in the model file or in one beside it. */
@NullMarked
package io.stillstream.scorer.export.weights;

import org.jspecify.annotations.NullMarked;
