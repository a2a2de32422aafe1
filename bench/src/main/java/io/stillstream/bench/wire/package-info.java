/** In: scored records; out: how many bytes a response token takes with columns left out. */
@NullMarked
package io.stillstream.bench.wire;

import org.jspecify.annotations.NullMarked;
