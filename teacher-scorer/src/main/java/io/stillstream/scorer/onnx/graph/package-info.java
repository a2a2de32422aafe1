/**
 * Graph surgery. In: a decoder as it was exported; out: the graphs derived from it (backbone, scoring head,
 * generation head), as files.
 */
@NullMarked
package io.stillstream.scorer.onnx.graph;

import org.jspecify.annotations.NullMarked;
