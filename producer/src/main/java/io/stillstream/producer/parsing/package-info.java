/**
 * From a line to a prompt. In: a line of JSON in one of the shapes that chat logs have; out: a prompt, or the rejection that
 * says why it is not one.
 */
@NullMarked
package io.stillstream.producer.parsing;

import org.jspecify.annotations.NullMarked;
