/**
 * From records to micro-batches. In: what the teacher said about a response, in the stream's order; out: the same in the
 * student's own tokens, grouped by a token budget into batches that depend on the order of records and nothing else.
 */
@NullMarked
package io.stillstream.trainer.batch;

import org.jspecify.annotations.NullMarked;
