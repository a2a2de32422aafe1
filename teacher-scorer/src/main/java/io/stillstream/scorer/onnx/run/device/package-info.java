/** What graphs are run on, and how. In: the configured device and its memory; out: ONNX Runtime sessions for it. */
@NullMarked
package io.stillstream.scorer.onnx.run.device;

import org.jspecify.annotations.NullMarked;
