/** In: students and numbers of streams; out: how many tokens a second the engine of serving decodes for so many at once. */
@NullMarked
package io.stillstream.bench.serving;

import org.jspecify.annotations.NullMarked;
