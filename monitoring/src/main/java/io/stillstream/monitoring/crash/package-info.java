/**
 * Which records were being processed when the process died, so that a record that kills it does so twice and not for ever.
 * In: the place of each record, before it is processed. Out: which to process alone, and which not at all.
 */
@NullMarked
package io.stillstream.monitoring.crash;

import org.jspecify.annotations.NullMarked;
