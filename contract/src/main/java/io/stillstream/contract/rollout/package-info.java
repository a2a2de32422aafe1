/**
 * The records of the topics {@code student-rollout}, {@code rollout-inputs} and {@code served-outcomes}, and what serves a
 * conversation by them. In and out: values that every stage shares.
 */
@NullMarked
package io.stillstream.contract.rollout;

import org.jspecify.annotations.NullMarked;
