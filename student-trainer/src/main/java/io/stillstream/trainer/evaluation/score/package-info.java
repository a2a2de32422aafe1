/**
 * How close a text comes to what somebody else wrote. In: a prediction and its references, as plain text; out: the scores
 * by which question answering and summaries are compared in papers, equal to those of the usual scripts.
 */
@NullMarked
package io.stillstream.trainer.evaluation.score;

import org.jspecify.annotations.NullMarked;
