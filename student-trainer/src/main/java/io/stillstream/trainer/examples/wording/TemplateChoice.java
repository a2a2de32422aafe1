package io.stillstream.trainer.examples.wording;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.huggingface.template.TemplateTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the chat template that a student is trained in, as {@code trainer.chat-template} chooses it. */
public final class TemplateChoice {

    private static final Logger LOG = LoggerFactory.getLogger(TemplateChoice.class);

    private final Path configured;
    private final @Nullable Path teacherTokenizer;
    private final @Nullable Path teacherTemplate;

    private TemplateChoice(Path configured, @Nullable Path teacherTokenizer, @Nullable Path teacherTemplate) {
        this.configured = configured;
        this.teacherTokenizer = teacherTokenizer;
        this.teacherTemplate = teacherTemplate;
    }

    public static TemplateChoice of(TrainerConfig config) {
        return new TemplateChoice(config.chatTemplate(), config.teacherTokenizer(), config.teacherChatTemplate());
    }

    /** For a student without the teacher that it was trained by: its own template, if it has one. */
    public static TemplateChoice own() {
        return new TemplateChoice(TrainerConfig.OWN_TEMPLATE, null, null);
    }

    /**
     * The same with another template.
     *
     * @param template a Jinja file, a directory with a template, or {@code none}; null for its own
     */
    public static TemplateChoice ofStudent(@Nullable Path template) {
        return template == null ? own() : new TemplateChoice(template, null, null);
    }

    /**
     * A student that answers in this wording, and ends an answer with any token that ends a text or a turn.
     *
     * @throws StudentException when the directory holds no student with its tokenizer
     * @throws TrainerException when a template cannot be used
     */
    public AnsweringStudent answering(Path directory) {
        try {
            return answering(directory, AdapterConfig.model(directory));
        } catch (HuggingFaceException e) {
            throw new StudentException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The same.
     *
     * @param model the directory itself, or the base of the adapter in it
     */
    public AnsweringStudent answering(Path directory, Path model) {
        try {
            DecoderConfig decoder = DecoderConfig.read(directory, model);
            TextTokenizer tokenizer = TextTokenizer.ofDecoder(directory, decoder);
            StudentWording wording = wording(directory, directory, tokenizer, decoder);
            return new AnsweringStudent(
                    wording.load(directory, model),
                    tokenizer,
                    wording.template().orElse(null));
        } catch (HuggingFaceException e) {
            throw new StudentException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The wording of a student.
     *
     * @param student where its own template is
     * @param files where its tokenizer is, and what names its special tokens
     * @param tokenizer the one in {@code files}
     * @throws TrainerException when a template cannot be read, or cannot be rendered with the student's special tokens
     */
    public StudentWording wording(Path student, Path files, TextTokenizer tokenizer, DecoderConfig model) {
        try {
            TemplateTokens tokens = TemplateTokens.read(files);
            if (!configured.equals(TrainerConfig.TEACHER_TEMPLATE)) {
                ChatTemplate chosen = ChatTemplateFiles.find(
                        student, configured.equals(TrainerConfig.OWN_TEMPLATE) ? null : configured);
                if (chosen != null) {
                    LOG.info("the student is spoken to in the chat template {}", chosen.sha256());
                    return StudentWording.own(chosen.withSpecialTokens(tokens), tokenizer, model);
                }
            }
            ChatTemplate teachers = teachers();
            if (teachers == null) {
                return StudentWording.teachers(null, tokenizer, model);
            }
            LOG.info("the student is spoken to in the teacher's chat template {}", teachers.sha256());
            return StudentWording.teachers(teachers.withSpecialTokens(tokens), tokenizer, model);
        } catch (HuggingFaceException e) {
            throw new TrainerException(
                    "the chat template for the student cannot be used (trainer.chat-template is " + configured + "): "
                            + e.getMessage(),
                    e);
        }
    }

    private @Nullable ChatTemplate teachers() {
        Path directory = teacherTokenizer != null ? teacherTokenizer : teacherTemplate;
        return directory == null ? null : ChatTemplateFiles.find(directory, teacherTemplate);
    }
}
