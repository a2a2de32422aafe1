package io.stillstream.huggingface.template;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.template.jinja.ConversationRefusedException;
import io.stillstream.huggingface.template.jinja.JinjaTemplate;
import io.stillstream.huggingface.template.python.TemplateException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template. Renders a chat as transformers' {@code apply_chat_template} does. Safe for use by several threads.
 */
public final class ChatTemplate {

    /** Chats that any template for chats of text renders, at least one of them. */
    private static final List<Chat> PROBES = List.of(
            Chat.of(Message.of("user", "a")),
            Chat.of(Message.of("user", "a"), Message.assistant("b"), Message.of("user", "c")),
            Chat.of(Message.of("system", "s"), Message.of("user", "a")));

    private final Path file;
    private final String source;
    private final JinjaTemplate program;
    private final TemplateTokens tokens;
    private final ChatVariables variables;
    private final String sha256;

    private ChatTemplate(
            Path file, String source, JinjaTemplate program, TemplateTokens tokens, ChatVariables variables) {
        this.file = file;
        this.source = source;
        this.program = program;
        this.tokens = tokens;
        this.variables = variables;
        this.sha256 = Digests.sha256(source);
    }

    /**
     * @param file where the template was found, for messages
     * @param source Jinja
     * @throws HuggingFaceException when it uses a construct that is not supported, which the message names
     */
    public static ChatTemplate of(Path file, String source, TemplateTokens tokens) {
        ChatTemplate result;
        try {
            result = new ChatTemplate(file, source, JinjaTemplate.parse(source), tokens, ChatVariables.of(source));
        } catch (TemplateException e) {
            throw unusable(file, String.valueOf(e.getMessage()));
        }
        String refusal = null;
        boolean rendersOne = false;
        for (Chat probe : PROBES) {
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
        return result.with(TemplateProbes.variables(result::with, result.variables));
    }

    private ChatTemplate with(ChatVariables others) {
        return new ChatTemplate(file, source, program, tokens, others);
    }

    private static HuggingFaceException unusable(Path file, String reason) {
        return new HuggingFaceException("the chat template in " + file + " cannot be rendered: " + reason
                + "; name a simpler template with chat-template, or chat-template: "
                + ChatTemplateFiles.NONE + " for plain lines");
    }

    /** The template's text. */
    public String source() {
        return source;
    }

    /** sha256 of the template's text, hex. */
    public String sha256() {
        return sha256;
    }

    /**
     * The same text with another model's special tokens.
     *
     * @throws HuggingFaceException when it cannot be rendered with them
     */
    public ChatTemplate withSpecialTokens(TemplateTokens others) {
        return of(file, source, others);
    }

    /**
     * The prompt: the chat, and the start of the assistant's turn after it. Of a chat that is continued, all of the turn that is
     * there already.
     *
     * @param now the time that {@code strftime_now} gives the template
     */
    public Rendering render(Chat chat, Instant now) {
        return chat.continued() ? turns(now).beginning(chat) : render(chat, now, true);
    }

    /**
     * The chat with its response.
     *
     * @param reason why the response ends: one that was cut off is rendered as far as the model wrote it
     * @param now the time that {@code strftime_now} gives the template
     */
    public TurnRendering renderTurn(Chat chat, Message response, FinishReason reason, Instant now) {
        return turns(now).turn(chat, response, reason);
    }

    private TurnRenderer turns(Instant now) {
        return new TurnRenderer(new TurnCut(this, tokens.ends(), now));
    }

    Rendering render(Chat chat, Instant now, boolean generationPrompt) {
        Map<String, @Nullable Object> values = new HashMap<>(tokens.variables());
        values.putAll(variables.of(chat, generationPrompt));
        try {
            return new Rendering.Rendered(program.render(values, now));
        } catch (ConversationRefusedException e) {
            return new Rendering.Refused(String.valueOf(e.getMessage()));
        } catch (TemplateException e) {
            return new Rendering.Unsupported(String.valueOf(e.getMessage()));
        }
    }
}
