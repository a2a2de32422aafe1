/** In: the file of arms; out: the whole configuration of each arm. */
@NullMarked
package io.stillstream.pipeline.bakeoff;

import org.jspecify.annotations.NullMarked;
