/**
 * Reads traffic and sends it to Kafka. In: lines of JSON from a file, a growing file or standard input; out: prompts on the
 * {@code prompts} topic, keyed and split by conversation, and every line that is not a prompt on {@code dead-letters}.
 */
@NullMarked
package io.stillstream.producer;

import org.jspecify.annotations.NullMarked;
