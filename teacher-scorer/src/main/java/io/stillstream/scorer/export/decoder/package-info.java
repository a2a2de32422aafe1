/**
 * Decoders of all families as ONNX graphs: {@code config.json} and weights in, nodes and initializers out. A class for each
 * family, and one for each part that they share, as the student's TorchScript has a file for each.
 */
@NullMarked
package io.stillstream.scorer.export.decoder;

import org.jspecify.annotations.NullMarked;
