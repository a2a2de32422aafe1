/** Finds what is private. In: a text; out: where in it something private stands, and of what kind it is. */
@NullMarked
package io.stillstream.producer.redaction.detector;

import org.jspecify.annotations.NullMarked;
