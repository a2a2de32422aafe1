package io.stillstream.huggingface.template;

import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import io.stillstream.contract.Digests;
import io.stillstream.contract.Message;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.template.jinja.ConversationRefusedException;
import io.stillstream.huggingface.template.jinja.JinjaEngine;
import io.stillstream.huggingface.template.jinja.JinjaSource;
import io.stillstream.huggingface.template.jinja.RenderingStoppedException;
import io.stillstream.huggingface.template.jinja.TemplateFunctions;
import io.stillstream.huggingface.template.python.TemplateException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template. Renders a chat, and the start of the assistant's turn after it, as transformers'
 * {@code apply_chat_template(add_generation_prompt=True)} does. Safe for use by several threads.
 */
public final class ChatTemplate {

    /** Chats that any template for chats of text renders, at least one of them. */
    private static final List<List<Message>> PROBES = List.of(
            List.of(Message.of("user", "a")),
            List.of(Message.of("user", "a"), Message.of("assistant", "b"), Message.of("user", "c")),
            List.of(Message.of("system", "s"), Message.of("user", "a")));

    private final JinjaEngine engine = new JinjaEngine();
    private final String source;
    private final Map<String, String> specialTokens;
    private final String sha256;

    private ChatTemplate(String template, String source, Map<String, String> specialTokens) {
        this.source = source;
        this.specialTokens = Map.copyOf(specialTokens);
        this.sha256 = Digests.sha256(template);
    }

    /**
     * @param file where the template was found, for messages
     * @param template Jinja
     * @param specialTokens the variables {@code bos_token}, {@code eos_token} and so on
     * @throws HuggingFaceException when it uses a construct that is not supported, which the message names
     */
    public static ChatTemplate of(Path file, String template, Map<String, String> specialTokens) {
        ChatTemplate result;
        try {
            result = new ChatTemplate(template, JinjaSource.rewritten(template), specialTokens);
        } catch (TemplateException e) {
            throw unusable(file, String.valueOf(e.getMessage()));
        }
        String refusal = null;
        boolean rendersOne = false;
        for (List<Message> probe : PROBES) {
            Rendering rendering = result.render(probe, Instant.EPOCH);
            if (rendering instanceof Rendering.Unsupported unsupported) {
                throw unusable(file, unsupported.reason());
            }
            rendersOne |= rendering instanceof Rendering.Rendered;
            refusal = rendering instanceof Rendering.Refused refused ? refused.reason() : refusal;
        }
        if (!rendersOne) {
            throw unusable(file, "it refuses every chat: " + refusal);
        }
        return result;
    }

    private static HuggingFaceException unusable(Path file, String reason) {
        return new HuggingFaceException("the chat template in " + file + " cannot be rendered: " + reason
                + "; name a simpler template with chat-template, or chat-template: "
                + ChatTemplateFiles.NONE + " for plain lines");
    }

    /** sha256 of the template's text, hex. */
    public String sha256() {
        return sha256;
    }

    /** @param now the time that {@code strftime_now} gives the template */
    public Rendering render(List<Message> messages, Instant now) {
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", messages.stream().map(ChatTemplate::variables).toList());
        variables.put("add_generation_prompt", true);
        variables.put(TemplateFunctions.NOW, now);
        RenderResult result;
        // After each rendering jinjava clears state that all renderings share.
        synchronized (engine) {
            result = engine.renderForResult(source, variables);
        }
        return result.getErrors().isEmpty()
                ? new Rendering.Rendered(result.getOutput())
                : failure(result.getErrors().get(0));
    }

    private static Map<String, String> variables(Message message) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("role", message.role());
        variables.put("content", message.said());
        return variables;
    }

    /** jinjava wraps an exception several times; the innermost says what went wrong. */
    private static Rendering failure(TemplateError error) {
        String reason = error.getMessage();
        String expression = null;
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConversationRefusedException) {
                return new Rendering.Refused(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof RenderingStoppedException stopped && stopped.expression() != null) {
                expression = stopped.expression();
            }
            reason = cause.getMessage();
        }
        boolean named = expression == null
                || expression.isBlank()
                || String.valueOf(reason).contains(expression);
        return new Rendering.Unsupported(reason + (named ? "" : " in '" + expression + "'"));
    }
}
