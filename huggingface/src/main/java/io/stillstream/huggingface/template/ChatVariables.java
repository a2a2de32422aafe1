package io.stillstream.huggingface.template;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat as a template's variables, as vLLM gives them to transformers.
 *
 * @param parts whether the template reads a list of parts; otherwise their texts are joined with line breaks
 * @param argumentTexts whether the template writes a call's arguments as the text that the model wrote; otherwise they are an
 *     object, where that text is one
 * @param reasoning the name under which the template reads what a thinking model thought
 */
record ChatVariables(boolean parts, boolean argumentTexts, String reasoning) {

    private static final List<String> REASONING_NAMES = List.of("reasoning_content", "reasoning", "thinking");

    /** For a template of which nothing is known but its text. */
    static ChatVariables of(String template) {
        return new ChatVariables(
                false,
                false,
                REASONING_NAMES.stream().filter(template::contains).findFirst().orElse(REASONING_NAMES.get(0)));
    }

    Map<String, @Nullable Object> of(Chat chat, boolean generationPrompt) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("messages", chat.messages().stream().map(this::message).toList());
        variables.put("tools", objects(chat.tools()));
        variables.put("documents", objects(chat.documents()));
        variables.put("add_generation_prompt", generationPrompt);
        return variables;
    }

    private static @Nullable List<?> objects(List<String> json) {
        return json.isEmpty() ? null : json.stream().map(JsonValues::object).toList();
    }

    private Map<String, @Nullable Object> message(Message message) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("role", message.role());
        variables.put("content", content(message));
        if (!message.toolCalls().isEmpty()) {
            variables.put(
                    "tool_calls", message.toolCalls().stream().map(this::call).toList());
        }
        putIfPresent(variables, reasoning, message.reasoning());
        putIfPresent(variables, "tool_call_id", message.toolCallId());
        putIfPresent(variables, "name", message.name());
        return variables;
    }

    private @Nullable Object content(Message message) {
        if (message.content() instanceof Content.Parts several && parts) {
            return several.texts().stream()
                    .map(text -> {
                        Map<String, Object> part = new LinkedHashMap<>();
                        part.put("type", "text");
                        part.put("text", text);
                        return part;
                    })
                    .toList();
        }
        boolean absent = message.content() instanceof Content.Absent && message.refusal() == null;
        return absent ? null : message.said();
    }

    private Map<String, @Nullable Object> call(ToolCall call) {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments(call.arguments()));
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        putIfPresent(variables, "id", call.id());
        variables.put("type", "function");
        variables.put("function", function);
        return variables;
    }

    private Object arguments(String text) {
        if (argumentTexts) {
            return text;
        }
        Map<?, ?> object = text.isBlank() ? Map.of() : JsonValues.object(text);
        return object == null ? text : object;
    }

    private static void putIfPresent(Map<String, @Nullable Object> variables, String name, @Nullable String value) {
        if (value != null) {
            variables.put(name, value);
        }
    }
}
