package io.stillstream.trainer.examples.wording;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.RenderedTurn;
import io.stillstream.huggingface.template.Rendering;
import io.stillstream.huggingface.template.TurnRendering;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.TurnEnds;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchDevices;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a student is spoken to: chats in its chat template, plain texts as they are. Safe for use by several threads.
 *
 * <p>A turn ends with the token that the template ends it with, if that is one of the student's special tokens, and otherwise
 * with the student's token that ends a text.
 */
public final class StudentWording {

    private final @Nullable ChatTemplate template;
    private final boolean teachers;
    private final TurnEnds turnEnds;

    private StudentWording(
            @Nullable ChatTemplate template, boolean teachers, TextTokenizer tokenizer, DecoderConfig student) {
        this.template = template;
        this.teachers = teachers;
        this.turnEnds = new TurnEnds(tokenizer, student);
    }

    /**
     * In a chat template of the student's own, or one chosen for it.
     *
     * @param template with the student's special tokens
     * @param tokenizer the student's
     */
    public static StudentWording own(ChatTemplate template, TextTokenizer tokenizer, DecoderConfig student) {
        return new StudentWording(template, false, tokenizer, student);
    }

    /**
     * In the teacher's wording.
     *
     * @param template the teacher's, with the student's special tokens; null where it has none or none was found: then
     *     prompts and responses are what the teacher read
     */
    public static StudentWording teachers(
            @Nullable ChatTemplate template, TextTokenizer tokenizer, DecoderConfig student) {
        return new StudentWording(template, true, tokenizer, student);
    }

    /** The chat template; empty where the student has none. */
    public Optional<ChatTemplate> template() {
        return Optional.ofNullable(template);
    }

    /** sha256 of the chat template, hex; empty where there is none. */
    public String sha256() {
        return template == null ? "" : template.sha256();
    }

    /** Why a record cannot be put into this wording: it is to be the teacher's, and is not. Empty when it can. */
    public Optional<String> mismatch(TeacherTargets targets) {
        String found = targets.teacher().template();
        if (!teachers || !(targets.input() instanceof Chat) || found.equals(sha256())) {
            return Optional.empty();
        }
        return Optional.of("the student is to be trained in the teacher's chat template, which is "
                + (found.isEmpty() ? "none" : "one with the sha256 " + found) + "; "
                + (template == null
                        ? "no template of the teacher's was found"
                        : "the one that was found is " + sha256())
                + " (set trainer.teacher-tokenizer to the teacher's directory, or trainer.chat-template or"
                + " trainer.teacher-chat-template to a template's file)");
    }

    /** A record's prompt and response. */
    public Outcome<Wording> of(TeacherTargets targets) {
        return template != null && targets.input() instanceof Chat chat
                ? of(chat, targets.response(), targets.finishReason(), targets.createdAt())
                : Outcome.accepted(of(new WordedPrompt(targets.promptText(), false), targets.responseText()));
    }

    /** A record's prompt, and another text as its response. */
    public Outcome<Wording> of(TeacherTargets targets, String text) {
        return template != null && targets.input() instanceof Chat chat
                ? of(chat, Message.assistant(text), FinishReason.STOP, targets.createdAt())
                : Outcome.accepted(of(new WordedPrompt(targets.promptText(), false), text));
    }

    /**
     * A chat and an answer to it, in the chat template.
     *
     * @param now the time that the template may read
     * @return rejected where there is no template, or it does not render them
     */
    public Outcome<Wording> of(Chat chat, Message response, FinishReason reason, Instant now) {
        if (template == null) {
            return Outcome.rejected(RejectionCode.CHAT_TEMPLATE, "the student has no chat template");
        }
        TurnRendering rendering = template.renderTurn(chat, response, reason, now);
        if (rendering instanceof Rendering.Failed failed) {
            return Outcome.rejected(RejectionCode.CHAT_TEMPLATE, "in the student's wording: " + failed.message());
        }
        var turn = (RenderedTurn) rendering;
        return turn.response().isEmpty()
                ? Outcome.rejected(
                        RejectionCode.EMPTY_RESPONSE, "the student's chat template writes nothing for the response")
                : Outcome.accepted(new Wording(turn.prompt(), turn.response(), true, turnEnds.ofTurn(turn.end())));
    }

    /** Texts as they are. */
    public Wording of(WordedPrompt prompt, String text) {
        return new Wording(prompt.text(), text, prompt.rendered(), turnEnds.ofText());
    }

    /** The tokens that end a text, that of plain texts first, and those that end the template's turns. */
    public List<Integer> ends() {
        return turnEnds.all(template);
    }

    /**
     * The student, to be saved with this chat template and to end a generated text with any of {@link #ends}.
     *
     * @throws StudentException when it cannot be loaded
     */
    public Student load(Path directory) {
        return load(directory, TorchDevices.cpu());
    }

    /**
     * The same.
     *
     * @param model the directory itself, or the base of the adapter in it
     */
    public Student load(Path directory, Path model) {
        return load(directory, model, LoraConfig.none(), TorchDevices.cpu());
    }

    /** The same on the first of some devices. */
    public Student load(Path directory, TorchDevices devices) {
        return Student.load(directory, template == null ? null : template.source(), ends(), devices.first());
    }

    /**
     * The same for training.
     *
     * @param model the directory itself, or the base of the adapter in it
     * @param devices those that train it; it lies on the first
     */
    public Student load(Path directory, Path model, LoraConfig lora, TorchDevices devices) {
        return Student.load(
                directory, model, lora, template == null ? null : template.source(), ends(), devices.first());
    }
}
