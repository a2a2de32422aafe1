/** In: a student and stories; out: how often the gate decides wrongly about copies of it that are as good, and worse. */
@NullMarked
package io.stillstream.bench.gate;

import org.jspecify.annotations.NullMarked;
