/** In: predictions and references; out: the scores of SQuAD and ROUGE. */
@NullMarked
package io.stillstream.evaluation.score;

import org.jspecify.annotations.NullMarked;
