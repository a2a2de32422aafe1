/** In: students, or losses to train them with, and texts; out: metrics with confidence intervals. No stage depends on it. */
@NullMarked
package io.stillstream.evaluation;

import org.jspecify.annotations.NullMarked;
