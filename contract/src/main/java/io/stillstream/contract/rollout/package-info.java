/**
 * The records of the topics {@code student-rollout} and {@code rollout-inputs}, and what serves a conversation by them. In and
 * out: values that every stage shares.
 */
@NullMarked
package io.stillstream.contract.rollout;

import org.jspecify.annotations.NullMarked;
