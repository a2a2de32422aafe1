/**
 * Transfer to another tokenizer. In: a model and a tokenizer; out: a student with the backbone of the one and the
 * vocabulary of the other.
 */
@NullMarked
package io.stillstream.student.transfer;

import org.jspecify.annotations.NullMarked;
