/** A synthetic teacher in; how much memory scoring takes out. */
@NullMarked
package io.stillstream.bench.scorer.memory;

import org.jspecify.annotations.NullMarked;
