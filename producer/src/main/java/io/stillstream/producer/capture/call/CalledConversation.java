package io.stillstream.producer.capture.call;

import org.jspecify.annotations.Nullable;

/**
 * What a request says of itself.
 *
 * @param id the conversation's
 * @param model that is asked; null where none is named
 * @param tools whether the answer may call tools
 */
public record CalledConversation(
        String id, String tenant, @Nullable String model, boolean tools) {}
