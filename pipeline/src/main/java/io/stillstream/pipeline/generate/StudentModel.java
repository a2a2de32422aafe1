package io.stillstream.pipeline.generate;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.huggingface.template.DroppedTurns;
import io.stillstream.scorer.PromptText;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A student that answers in the wording that it was trained in. */
public final class StudentModel implements AnsweringModel {

    private final AnsweringStudent student;
    private final boolean plainLines;
    private final GenerationConfig config;
    private final Consumer<String> warnings;

    private StudentModel(
            AnsweringStudent student, boolean plainLines, GenerationConfig config, Consumer<String> warnings) {
        this.student = student;
        this.plainLines = plainLines;
        this.config = config;
        this.warnings = warnings;
    }

    /**
     * @param model the directory itself, or the base of the adapter in it
     * @param chatTemplate a Jinja file, a directory with a template, or {@code none} for plain lines; null for the student's own
     * @param warnings given a sentence for each chat of which a part is not read
     * @throws StudentException when the directory holds no student with its tokenizer
     */
    public static StudentModel open(
            Path directory,
            Path model,
            @Nullable Path chatTemplate,
            GenerationConfig config,
            Consumer<String> warnings) {
        return new StudentModel(
                TemplateChoice.ofStudent(chatTemplate).answering(directory, model),
                ChatTemplateFiles.NONE.equals(chatTemplate),
                config,
                warnings);
    }

    @Override
    public Outcome<Answer> answer(Prompt prompt, Consumer<String> pieces) {
        Outcome<WordedPrompt> worded = word(prompt);
        if (worded instanceof Outcome.Rejected<WordedPrompt> rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        Sampling sampling = new Sampling((float) config.temperature(), (float) config.topP(), seed(prompt));
        Outcome<AnsweringStudent.Answer> written =
                student.answer(((Outcome.Accepted<WordedPrompt>) worded).value(), config.maxTokens(), sampling, pieces);
        if (written instanceof Outcome.Rejected<AnsweringStudent.Answer> rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        AnsweringStudent.Answer answer = ((Outcome.Accepted<AnsweringStudent.Answer>) written).value();
        return answer.text().isEmpty()
                ? Outcome.rejected(RejectionCode.EMPTY_RESPONSE, "the student generated no text")
                : Outcome.accepted(new Answer(answer.text(), answer.finishReason()));
    }

    @Override
    public List<Outcome<Answer>> answer(List<Prompt> prompts) {
        return prompts.stream().map(prompt -> answer(prompt, piece -> {})).toList();
    }

    private Outcome<WordedPrompt> word(Prompt prompt) {
        if (!(prompt.input() instanceof Chat chat)) {
            return student.word(prompt.input(), prompt.createdAt());
        }
        if (plainLines) {
            return Outcome.accepted(new WordedPrompt(PromptText.of(prompt), false));
        }
        if (!student.rendersChats()) {
            return new Outcome.Rejected<>(ChatReading.NO_TEMPLATE);
        }
        Outcome<WordedPrompt> worded = student.word(chat, prompt.createdAt());
        if (worded instanceof Outcome.Accepted<WordedPrompt> accepted) {
            Optional<Rejection> unread = ChatReading.check(
                    prompt.id(), DroppedTurns.roles(chat, accepted.value().text()), warnings);
            if (unread.isPresent()) {
                return new Outcome.Rejected<>(unread.get());
            }
        }
        return worded;
    }

    /** Each prompt has draws of its own, the same ones again when it is replayed. */
    private long seed(Prompt prompt) {
        return Digests.bits(config.seed() + "\n" + prompt.id());
    }

    @Override
    public void close() {
        student.close();
    }
}
