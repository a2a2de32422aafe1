/**
 * In: requests as token ids; out: tokens with their log-probabilities, one after another, while other requests are decoded in the
 * same steps. {@code DecodeEngine} has the thread and the queue; the tensors are {@code student.inference}'s.
 */
@NullMarked
package io.stillstream.serving.engine;

import org.jspecify.annotations.NullMarked;
