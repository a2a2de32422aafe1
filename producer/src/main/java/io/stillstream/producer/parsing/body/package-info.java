/**
 * What the bodies of requests and answers say. In: JSON as the APIs of OpenAI and Anthropic and the servers that follow them
 * write it, whole or streamed; out: the {@link io.stillstream.producer.parsing.body.Call} that they tell of.
 */
@NullMarked
package io.stillstream.producer.parsing.body;

import org.jspecify.annotations.NullMarked;
