/**
 * What was rejected, for a person to look at and send back. In: the {@code dead-letters} topic; out: letters with their
 * bytes, and replayed originals on the topics that they came from.
 */
@NullMarked
package io.stillstream.pipeline.deadletters;

import org.jspecify.annotations.NullMarked;
