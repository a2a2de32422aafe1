/** What the meters of all stages have in common: a stage's tag, dead letters, lag and the buckets of histograms. */
@NullMarked
package io.stillstream.monitoring.stage;

import org.jspecify.annotations.NullMarked;
