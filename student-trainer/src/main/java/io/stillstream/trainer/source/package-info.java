/**
 * In: bytes from {@code teacher-targets}, each partition from a given offset; out: records in an order that depends
 * on the topic alone, and rejected records on {@code dead-letters}.
 */
@NullMarked
package io.stillstream.trainer.source;

import org.jspecify.annotations.NullMarked;
