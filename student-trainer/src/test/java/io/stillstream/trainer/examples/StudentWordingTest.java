package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.TemplateTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.step.TrainingSequence;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A student of letters and {@code th} whose turns are {@code uquestion} and {@code aanswer}. */
final class StudentWordingTest {

    private static final int UNKNOWN = 0;
    private static final int END = 2;

    private static final String TURNS = """
            {%- for m in messages %}{{ m['role'][0] }}{{ m['content'] }}</s>{% endfor -%}
            {%- if add_generation_prompt %}a{% endif -%}""";
    private static final String THINKING = """
            {%- for m in messages %}{{ m['role'][0] }}{% if m['role'] == 'assistant' %}so it is {% endif -%}
            {{- m['content'] | trim }}</s>{% endfor -%}{%- if add_generation_prompt %}a{% endif -%}""";
    /** Its turns end with another special token than its texts. */
    private static final String UNKNOWN_ENDS = TURNS.replace("</s>", "<unk>");

    private static final Chat QUESTION = Chat.of(Message.of("user", "why"));

    @TempDir
    private Path directory;

    private TextTokenizer tokenizer;
    private DecoderConfig model;

    @BeforeEach
    void open() {
        Path student = TinyStudent.at(directory);
        tokenizer = TextTokenizer.load(student);
        model = DecoderConfig.read(student);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void tokenize_chat_isWhatTheStudentsTemplateWrites() {
        TokenizedTarget target = tokenize(own(TURNS), "the end", Message.assistant("the end"));
        assertThat(text(target.promptIds())).isEqualTo("uwhya");
        assertThat(target.promptIds())
                .as("no second beginning, and the end of a turn")
                .containsExactly(24, 26, 11, 28, END, 4);
        assertThat(text(target.labels())).isEqualTo("the end");
        assertThat(target.labels()).endsWith(END);
        assertThat(target.teacherPositions()).isEqualTo("the end".length());
        assertThat(target.sharedBytes()).isEqualTo("the end".length());
    }

    @Test
    void tokenize_plainText_staysPlain() {
        TeacherTargets plain = Samples.targets("ab", " cd");
        assertThat(plain.input()).isInstanceOf(PlainText.class);
        TokenizedTarget own = accepted(new ExampleTokenizer(tokenizer, model, own(TURNS)).tokenize(plain));
        assertThat(own.promptIds()).containsExactly(1, 4, 5);
        assertThat(own.labels()).containsExactly(3, 6, 7, END);
    }

    @Test
    void tokenize_studentWritesMore_givesTheTeachersTokensTheirPlaces() {
        TokenizedTarget target = tokenize(own(THINKING), " the end", Message.assistant(" the end"));
        assertThat(text(target.labels())).isEqualTo("so it is the end");
        assertThat(target.responseBytes()).isEqualTo("so it is the end".length());
        // The teacher's space is shared too; its letters lie eight bytes further on.
        assertThat(target.teacherPositions()).isZero();
        assertThat(target.teacherBytes()).isEqualTo(" the end".length());
        assertThat(target.teacherNats()).isEqualTo(8.0);
        ByteAlignment alignment = ByteAlignment.of(target, tokenizer);
        // Student: s o _ i t _ i s _ th e _ e n d. Teacher: _ t h e _ e n d.
        assertThat(alignment.pairSteps()).containsExactly(8, 9, 10, 11, 12, 13, 14);
        assertThat(alignment.pairPositions()).containsExactly(0, 1, 3, 4, 5, 6, 7);
        assertThat(alignment.spanOfStep()).startsWith(-1, -1, -1, -1, -1, -1, -1, -1, 0, 1);
        assertThat(alignment.spanLogLikelihoods()).containsExactly(-1, -2, -1, -1, -1, -1, -1);
    }

    @Test
    void sharedNats_studentWritesMore_countsWhatTheTeacherHasToo() {
        TokenizedTarget target = tokenize(own(THINKING), " the end", Message.assistant(" the end"));
        float[] losses = new float[target.responseTokens()];
        Arrays.fill(losses, 2f);
        var evaluation = new SequenceEvaluation(losses, new int[losses.length], new float[losses.length]);
        assertThat(target.sharedBytes()).isEqualTo(" the end".length());
        assertThat(target.sharedNats(evaluation)).isEqualTo(2.0 * 7);
    }

    @Test
    void make_studentWritesMore_transportsTheSharedTextAlone() {
        TeacherTargets targets = Samples.inChat(
                Samples.byToken("x", "cd", Split.TRAIN, Author.TEACHER, tokenizer.sha256()),
                QUESTION,
                Message.assistant("cd"),
                "");
        TrainingSequence sequence = example(own(THINKING), targets);
        // s o _ i t _ i s _ c d and the end.
        assertThat(sequence.labels()).isEqualTo(12);
        assertThat(sequence.labelled()).isTrue();
        assertThat(sequence.teacher().transport().steps()).containsExactly(9, 10);
    }

    @Test
    void tokenize_endOfTurn_isTheTemplatesToken() {
        TokenizedTarget target = tokenize(own(UNKNOWN_ENDS), "cd", Message.assistant("cd"));
        assertThat(target.labels()).endsWith(UNKNOWN);
        assertThat(own(UNKNOWN_ENDS).ends()).containsExactly(END, UNKNOWN);
        assertThat(own(TURNS).ends()).containsExactly(END);
    }

    @Test
    void tokenize_endOfTurnIsText_isTheEndOfAText() {
        StudentWording wording = own(TURNS.replace("</s>", "x"));
        TokenizedTarget target = tokenize(wording, "cd", Message.assistant("cd"));
        assertThat(text(target.labels())).isEqualTo("cd");
        assertThat(target.labels()).endsWith(END);
    }

    @Test
    void tokenize_cutOffResponse_hasNoEnd() {
        TeacherTargets cut = Samples.inChat(
                Samples.targets("x", "cd", FinishReason.LENGTH, Split.TRAIN, Samples.TEACHER),
                QUESTION,
                Message.assistant("cd"),
                "");
        TokenizedTarget target = accepted(new ExampleTokenizer(tokenizer, model, own(TURNS)).tokenize(cut));
        assertThat(target.labels()).containsExactly(6, 7);
    }

    @Test
    void tokenize_templateRefuses_isRejectedWithItsWords() {
        StudentWording wording =
                own("{% if messages|length > 2 %}{{ raise_exception('too long') }}{% endif %}" + TURNS);
        TeacherTargets targets = Samples.inChat(
                Samples.targets("x", "cd"),
                Chat.of(Message.of("user", "a"), Message.assistant("b"), Message.of("user", "c")),
                Message.assistant("cd"),
                "");
        assertThat(new ExampleTokenizer(tokenizer, model, wording).tokenize(targets))
                .isEqualTo(Outcome.rejected(
                        RejectionCode.CHAT_TEMPLATE,
                        "in the student's wording: the chat template refuses the conversation: too long"));
    }

    @Test
    void tokenize_templateWritesNothing_isRejected() {
        StudentWording wording =
                own("{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}");
        TeacherTargets targets = Samples.inChat(Samples.targets("x", "cd"), QUESTION, Message.assistant("cd"), "");
        assertThat(new ExampleTokenizer(tokenizer, model, wording).tokenize(targets))
                .isEqualTo(Outcome.rejected(
                        RejectionCode.EMPTY_RESPONSE, "the student's chat template writes nothing for the response"));
    }

    @Test
    void mismatch_teachersWordingThatIsNotTheRecords_namesBothAndTheKeys() {
        ChatTemplate template = template(TURNS);
        StudentWording found = StudentWording.teachers(template, tokenizer, model);
        StudentWording missing = StudentWording.teachers(null, tokenizer, model);
        assertThat(found.mismatch(chat("cd", template.sha256()))).isEmpty();
        assertThat(missing.mismatch(chat("cd", ""))).isEmpty();
        assertThat(missing.mismatch(Samples.targets("a", "b"))).isEmpty();
        assertThat(own(TURNS).mismatch(chat("cd", "other"))).isEmpty();
        assertThat(missing.mismatch(chat("cd", "ab12")).orElseThrow())
                .contains("ab12", "no template of the teacher's was found", "trainer.teacher-tokenizer");
        assertThat(found.mismatch(chat("cd", "ab12")).orElseThrow())
                .contains("ab12", template.sha256(), "trainer.teacher-chat-template");
    }

    @Test
    void of_plans_endsWithTheTokenThatEndsTheRecordsOwnResponse() {
        var examples = new ExampleTokenizer(tokenizer, model, own(UNKNOWN_ENDS));
        TeacherTargets plain = ending(Samples.byToken("x", "cd", Split.TRAIN, Author.TEACHER, tokenizer.sha256()));
        TeacherTargets chat = Samples.inChat(plain, QUESTION, Message.assistant("cd"), "");
        try (TransportPlans plans = TransportPlans.open(tokenizer, model, null)) {
            assertThat(plans.of(accepted(examples.tokenize(chat))).path(END)).containsExactly(UNKNOWN);
            assertThat(plans.of(accepted(examples.tokenize(plain))).path(END)).containsExactly(END);
            assertThat(plans.of(accepted(examples.tokenize(chat))).path(END)).containsExactly(UNKNOWN);
        }
    }

    /** Of a teacher whose vocabulary has a token that ends a text. */
    private static TeacherTargets ending(TeacherTargets targets) {
        return new TeacherTargets(
                targets.promptId(),
                targets.conversationId(),
                targets.tenant(),
                targets.input(),
                targets.promptText(),
                targets.response(),
                targets.responseText(),
                targets.reference(),
                targets.teacher(),
                new Vocabulary(
                        targets.vocabulary().tokenizer(), targets.vocabulary().size(), List.of(END)),
                targets.tokens(),
                targets.columns(),
                targets.finishReason(),
                targets.split(),
                targets.author(),
                targets.createdAt(),
                targets.scoredAt());
    }

    private TeacherTargets chat(String response, String template) {
        return Samples.inChat(Samples.targets("x", response), QUESTION, Message.assistant(response), template);
    }

    private TrainingSequence example(StudentWording wording, TeacherTargets targets) {
        var examples = new ExampleTokenizer(tokenizer, model, wording);
        try (TransportPlans plans = TransportPlans.open(tokenizer, model, null)) {
            var builder = new ExampleBuilder(
                    examples, tokenizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.SPELLED), plans);
            List<TrainingSequence> made = builder.make(accepted(examples.tokenize(targets)));
            assertThat(made).hasSize(1);
            return made.get(0);
        }
    }

    private TokenizedTarget tokenize(StudentWording wording, String teachers, Message response) {
        TeacherTargets targets = Samples.inChat(Samples.targets("x", teachers), QUESTION, response, "");
        return accepted(new ExampleTokenizer(tokenizer, model, wording).tokenize(targets));
    }

    private StudentWording own(String template) {
        return StudentWording.own(template(template), tokenizer, model);
    }

    private static ChatTemplate template(String source) {
        return ChatTemplate.of(
                Path.of("chat_template.jinja"),
                source,
                TemplateTokens.of(Map.of("bos_token", "<s>", "eos_token", "</s>")));
    }

    private String text(int[] ids) {
        return tokenizer.text(ids);
    }

    private static TokenizedTarget accepted(Outcome<TokenizedTarget> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
        return ((Outcome.Accepted<TokenizedTarget>) outcome).value();
    }
}
