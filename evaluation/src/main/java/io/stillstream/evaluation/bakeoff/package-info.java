/** The {@code bakeoff} command. In: one stream of scored texts and several losses; out: a table of paired differences. */
@NullMarked
package io.stillstream.evaluation.bakeoff;

import org.jspecify.annotations.NullMarked;
