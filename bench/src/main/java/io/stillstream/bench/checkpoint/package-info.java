/** In: a student; out: how long training waits for a checkpoint, beside a synchronous save. */
@NullMarked
package io.stillstream.bench.checkpoint;

import org.jspecify.annotations.NullMarked;
