/**
 * The gate that everything passes before it is written. In: a prompt, a line that became none, or a sentence about one; out: the
 * same without what is private in it, or the word that it cannot be had.
 */
@NullMarked
package io.stillstream.producer.redaction;

import org.jspecify.annotations.NullMarked;
