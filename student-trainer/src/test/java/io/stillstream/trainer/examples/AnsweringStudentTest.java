package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.TinyT5;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.student.inference.PromptTokenizer;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.loop.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A student reads a prompt in the tokens that it was trained on. Its tokenizer begins a text with {@code <s>}, as id 1. */
final class AnsweringStudentTest {

    private static final int BEGINNING = 1;
    private static final String TURNS = """
            {{ bos_token }}{% for m in messages %}{{ m['role'][0] }}{{ m['content'] }}</s>{% endfor -%}
            {%- if add_generation_prompt %}a{% endif -%}""";
    private static final Chat QUESTION = Chat.of(Message.of("user", "why"));

    @TempDir
    private Path directory;

    private Path student;

    @BeforeEach
    void make() throws IOException {
        student = TinyStudent.at(directory.resolve("student"));
        Files.writeString(student.resolve("chat_template.jinja"), TURNS);
        Files.writeString(
                student.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
    }

    @Test
    void word_chat_hasTheTokensOfTraining() {
        TeacherTargets chat = Samples.inChat(Samples.targets("x", "cd"), QUESTION, Message.assistant("cd"), "");
        int[] prompt = promptOf(chat.input());
        assertThat(prompt).isEqualTo(trained(chat));
        assertThat(prompt).as("one beginning: the template's").startsWith(BEGINNING, 24, 26);
    }

    @Test
    void word_plainText_hasTheTokensOfTraining() {
        TeacherTargets plain = Samples.targets("ab", " cd");
        assertThat(plain.input()).isInstanceOf(PlainText.class);
        int[] prompt = promptOf(plain.input());
        assertThat(prompt).isEqualTo(trained(plain));
        assertThat(prompt).as("one beginning: the tokenizer's").containsExactly(BEGINNING, 4, 5);
    }

    @Test
    void word_chatWithoutTemplate_isRejected() throws IOException {
        Files.delete(student.resolve("chat_template.jinja"));
        try (AnsweringStudent answering = TemplateChoice.own().answering(student)) {
            assertThat(answering.rendersChats()).isFalse();
            assertThat(answering.word(QUESTION, Instant.EPOCH))
                    .isEqualTo(Outcome.rejected(RejectionCode.CHAT_TEMPLATE, "the student has no chat template"));
        }
    }

    @Test
    void answer_stream_isTheAnswerInPieces() {
        try (AnsweringStudent answering = TemplateChoice.own().answering(student)) {
            WordedPrompt prompt = new WordedPrompt("the cat", false);
            List<String> pieces = new ArrayList<>();
            Outcome<AnsweringStudent.Answer> answer = answering.answer(prompt, 6, Sampling.GREEDY, pieces::add);
            String whole = answering.answer(prompt, 6);
            assertThat(whole).isNotEmpty();
            assertThat(((Outcome.Accepted<AnsweringStudent.Answer>) answer)
                            .value()
                            .text())
                    .isEqualTo(whole);
            assertThat(String.join("", pieces)).isEqualTo(whole);
        }
    }

    @Test
    void answer_withEncoder_isATextOfItsOwnInPieces() throws IOException {
        Path encoding = TinyT5.at(directory.resolve("t5"));
        Files.writeString(encoding.resolve("generation_config.json"), "{\"eos_token_id\": 60}");
        try (AnsweringStudent answering = TemplateChoice.own().answering(encoding);
                TextTokenizer tokenizer = TextTokenizer.load(encoding);
                Student loaded = Student.load(encoding);
                StudentGenerator generator = new StudentGenerator(loaded)) {
            WordedPrompt prompt = new WordedPrompt("the king and the snow", false);
            int[] ids = generator.greedy(new PromptTokenizer(tokenizer, loaded.config()).tokenize(prompt), 12);
            List<String> pieces = new ArrayList<>();
            Outcome<AnsweringStudent.Answer> answer = answering.answer(prompt, 12, Sampling.GREEDY, pieces::add);
            String whole = answering.answer(prompt, 12);
            assertThat(whole).isNotBlank().isEqualTo(tokenizer.text(ids).replaceFirst("^ ", ""));
            assertThat(String.join("", pieces)).isEqualTo(whole);
            assertThat(((Outcome.Accepted<AnsweringStudent.Answer>) answer)
                            .value()
                            .text())
                    .isEqualTo(whole);
        }
    }

    @Test
    void answer_promptThatFillsTheWindow_isRejected() {
        try (AnsweringStudent answering = TemplateChoice.own().answering(student)) {
            WordedPrompt prompt = new WordedPrompt("x".repeat(TinyStudent.CONTEXT_WINDOW), false);
            assertThat(answering.takes(prompt)).isFalse();
            assertThat(answering.answer(prompt, 6, Sampling.GREEDY, piece -> {}))
                    .isInstanceOf(Outcome.Rejected.class)
                    .extracting(outcome -> ((Outcome.Rejected<?>) outcome).rejection())
                    .extracting(Rejection::code)
                    .isEqualTo(RejectionCode.CONTEXT_WINDOW);
        }
    }

    private int[] promptOf(PromptInput input) {
        try (AnsweringStudent answering = TemplateChoice.own().answering(student);
                TextTokenizer tokenizer = TextTokenizer.load(student)) {
            Outcome<WordedPrompt> worded = answering.word(input, Instant.EPOCH);
            return new PromptTokenizer(tokenizer, DecoderConfig.read(student))
                    .tokenize(((Outcome.Accepted<WordedPrompt>) worded).value());
        }
    }

    private int[] trained(TeacherTargets targets) {
        try (TextTokenizer tokenizer = TextTokenizer.load(student)) {
            DecoderConfig config = DecoderConfig.read(student);
            StudentWording wording = TemplateChoice.own().wording(student, student, tokenizer, config);
            Outcome<TokenizedTarget> target = new ExampleTokenizer(tokenizer, config, wording).tokenize(targets);
            return ((Outcome.Accepted<TokenizedTarget>) target).value().promptIds();
        }
    }
}
