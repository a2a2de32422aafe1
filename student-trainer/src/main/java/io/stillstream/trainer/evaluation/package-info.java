/**
 * How good a student is on traffic it never trains on. In: held-out records or other texts, and students; out: losses
 * that compare across tokenizers, how often student and teacher would have gone on alike, how well confidence is
 * founded, and how much of a difference between two students is chance.
 */
@NullMarked
package io.stillstream.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
