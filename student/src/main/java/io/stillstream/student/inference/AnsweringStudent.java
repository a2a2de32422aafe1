package io.stillstream.student.inference;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.Rendering;
import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A student that answers prompts: before training, or from a snapshot. For one thread. */
public final class AnsweringStudent implements AutoCloseable {

    private final Student student;
    private final StudentGenerator generator;
    private final TextTokenizer tokenizer;
    private final PromptTokenizer prompts;
    private final @Nullable ChatTemplate template;

    /** @param finishReason {@code LENGTH} where the student did not end the text itself */
    public record Answer(String text, FinishReason finishReason) {}

    /**
     * @param student closed with this; its answers end with the tokens that its configuration names
     * @param tokenizer closed with this
     * @param template that chats are rendered with, with the student's special tokens; null where there is none
     */
    public AnsweringStudent(Student student, TextTokenizer tokenizer, @Nullable ChatTemplate template) {
        this.student = student;
        this.generator = new StudentGenerator(student);
        this.tokenizer = tokenizer;
        this.prompts = new PromptTokenizer(tokenizer, student.config());
        this.template = template;
    }

    /** Whether it has a chat template. */
    public boolean rendersChats() {
        return template != null;
    }

    /**
     * A prompt as the student reads it: a plain text as it is, a chat as its template renders it with the start of the answer.
     *
     * @param now the time that the template may read
     * @return rejected where there is no template for a chat, or where it refuses the chat
     */
    public Outcome<WordedPrompt> word(PromptInput input, Instant now) {
        if (input instanceof PlainText plain) {
            return Outcome.accepted(new WordedPrompt(plain.text(), false));
        }
        if (template == null) {
            return Outcome.rejected(RejectionCode.CHAT_TEMPLATE, "the student has no chat template");
        }
        Rendering rendering = template.render((Chat) input, now);
        return rendering instanceof Rendering.Failed failed
                ? Outcome.rejected(RejectionCode.CHAT_TEMPLATE, failed.message())
                : Outcome.accepted(new WordedPrompt(((Rendering.Rendered) rendering).text(), true));
    }

    /** Whether the context window holds the prompt; what is left of it limits the answer. */
    public boolean takes(WordedPrompt prompt) {
        int tokens = prompts.tokenize(prompt).length;
        return tokens > 0 && tokens <= student.config().contextWindow();
    }

    /** The most likely text after the prompt, which is taken as it is. */
    public String answer(String prompt, int maxTokens) {
        return answer(new WordedPrompt(prompt, false), maxTokens);
    }

    /** The most likely text after the prompt. */
    public String answer(WordedPrompt prompt, int maxTokens) {
        return text(generator.greedy(prompts.tokenize(prompt), maxTokens));
    }

    /**
     * The student's answer, told as it is written.
     *
     * @param pieces given the text in pieces of whole characters
     * @return rejected where the prompt is empty, or leaves no room for an answer
     * @throws StudentException when the student's logits are not finite
     */
    public Outcome<Answer> answer(WordedPrompt prompt, int maxTokens, Sampling sampling, Consumer<String> pieces) {
        int[] promptIds = prompts.tokenize(prompt);
        int window = student.config().contextWindow();
        if (promptIds.length == 0) {
            return Outcome.rejected(RejectionCode.EMPTY_PROMPT, "the prompt has no token of its own");
        }
        if (promptIds.length >= window) {
            return Outcome.rejected(
                    RejectionCode.CONTEXT_WINDOW,
                    "the prompt has " + promptIds.length + " tokens, which leaves no room in the context window of "
                            + window);
        }
        int[] ids = generator.stream(promptIds, maxTokens, sampling, stream(pieces));
        boolean ended = ids.length < generator.room(promptIds, maxTokens);
        return Outcome.accepted(new Answer(text(ids), ended ? FinishReason.STOP : FinishReason.LENGTH));
    }

    /** A decoder's answer goes on with a text; with an encoder it is one of its own. */
    private TextStream stream(Consumer<String> pieces) {
        return student.config().encodesPrompts()
                ? TextStream.ofWholeText(tokenizer, pieces)
                : new TextStream(tokenizer, pieces);
    }

    private String text(int[] ids) {
        StringBuilder text = new StringBuilder();
        TextStream stream = stream(text::append);
        for (int id : ids) {
            stream.accept(id);
        }
        return text.toString();
    }

    @Override
    public void close() {
        generator.close();
        student.close();
        tokenizer.close();
    }
}
