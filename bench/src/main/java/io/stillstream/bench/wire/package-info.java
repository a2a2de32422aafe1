/** In: scored records; out: how many bytes a response token takes in several layouts. */
@NullMarked
package io.stillstream.bench.wire;

import org.jspecify.annotations.NullMarked;
