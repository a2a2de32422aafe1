package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function.
 *
 * @param id what the tool's message refers to; null where the sender has none
 * @param arguments what the model wrote: the text of a JSON object where the model kept to the format
 */
public record ToolCall(@Nullable String id, String name, String arguments) {

    public ToolCall {
        if (name.isBlank()) {
            throw new ContractException("a tool call names no function");
        }
    }
}
