/**
 * Which loss teaches a student most on one stream: several arms, the same texts, seeds and budget. In: teacher targets and
 * the settings of each arm; out: held-out curves, paired differences with intervals, a table and a plot. What is
 * written is a function of what went in.
 */
@NullMarked
package io.stillstream.trainer.bakeoff;

import org.jspecify.annotations.NullMarked;
