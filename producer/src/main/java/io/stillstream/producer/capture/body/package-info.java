/**
 * What bodies on the wire hold. In: bytes as they were copied; out: the JSON of a request, or of an answer or the events that it
 * was streamed in, and what an answer says about itself.
 */
@NullMarked
package io.stillstream.producer.capture.body;

import org.jspecify.annotations.NullMarked;
