/**
 * Answers of one model, without Kafka. In: prompts in any shape of traffic, and a teacher or a student; out: what the model
 * writes after each.
 */
@NullMarked
package io.stillstream.pipeline.generate;

import org.jspecify.annotations.NullMarked;
