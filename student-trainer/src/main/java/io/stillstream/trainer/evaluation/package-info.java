/**
 * How good a student is on traffic it never trains on. In: held-out records and a student; out: losses that compare
 * across tokenizers, and how often student and teacher would have gone on alike.
 */
@NullMarked
package io.stillstream.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
