/** In: a teacher and a shape; out: how fast it scores, beside a run of the same model that does nothing else. */
@NullMarked
package io.stillstream.bench.scorer;

import org.jspecify.annotations.NullMarked;
