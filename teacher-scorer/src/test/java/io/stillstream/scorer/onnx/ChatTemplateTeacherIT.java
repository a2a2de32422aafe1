package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chat through a real teacher: stories260K with a template of our own. */
final class ChatTemplateTeacherIT {

    private static final Path MODEL =
            Path.of(System.getProperty("stillstream.shared", "../../shared"), "models", "stories260K");
    private static final String TEMPLATE =
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
                    + "<s>{% for m in messages if m.role != 'developer' %}{{ m.role }}: {{ m.content or '' }}"
                    + "{% for c in m.tool_calls %}<call>{{ c.function.name }} {{ c.function.arguments | tojson }}</call>"
                    + "{% endfor %}</s>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

    @TempDir
    private Path directory;

    @Test
    void admit_chat_isRenderedAndTokenisedWithoutMoreStartTokens() throws IOException {
        try (OnnxTeacher teacher = open()) {
            Admission.Admitted chat = (Admission.Admitted) teacher.admit(prompt("Hello 🙂!", " upon a time 你好"));
            assertThat(chat.request().prompt()).isEqualTo("<s>user: Hello 🙂!</s>assistant: ");
            int[] ids = chat.tokenized().promptIds();
            assertThat(ids[0]).isEqualTo(1);
            assertThat(ids[1]).isNotEqualTo(1);
            assertThat(ids).contains(2);
            int[] ends = chat.tokenized().responseEnds();
            assertThat(ends[ends.length - 1]).isEqualTo(" upon a time 你好".getBytes(StandardCharsets.UTF_8).length);

            ScoredResponse scored =
                    ((Scoring.Scored) teacher.score(List.of(chat)).get(0)).response();
            assertThat(scored.tokens().textCount()).isEqualTo(ends.length);
        }
    }

    @Test
    void admit_callOfATool_isScoredAsTheTemplateWritesIt() throws IOException {
        Message call = new Message(
                Message.ASSISTANT,
                null,
                Content.absent(),
                List.of(new ToolCall("c", "tell", "{\"story\":1}")),
                null,
                null,
                null);
        Prompt prompt =
                prompt("Hi.", null).withResponse(new Response(call, FinishReason.TOOL_CALLS, 0, Author.PRODUCTION));
        try (OnnxTeacher teacher = open()) {
            Admission.Admitted chat = (Admission.Admitted) teacher.admit(prompt);
            assertThat(chat.request().prompt()).isEqualTo("<s>user: Hi.</s>assistant: ");
            assertThat(chat.request().response()).isEqualTo("<call>tell {\"story\": 1}</call>");
            assertThat(chat.request().ending()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(chat.droppedRoles()).isEmpty();
        }
    }

    @Test
    void admit_turnThatTheTemplateLeavesOut_isNamed() throws IOException {
        Prompt prompt =
                Prompt.of("1", Chat.of(Message.of("developer", "Be brief."), Message.of("user", "Hi.")), Instant.EPOCH);
        try (OnnxTeacher teacher = open()) {
            assertThat(((Admission.Admitted) teacher.admit(prompt)).droppedRoles())
                    .containsExactly("developer");
        }
    }

    @Test
    void admit_chatThatTheTemplateRefuses_isRejectedWithItsWords() throws IOException {
        try (OnnxTeacher teacher = open()) {
            assertThat(teacher.admit(new Prompt(
                            "1",
                            "1",
                            Chat.of(Message.of("system", "s")),
                            Response.of("x", Author.PRODUCTION),
                            null,
                            "t",
                            Instant.EPOCH,
                            Split.TRAIN,
                            Production.UNKNOWN,
                            Map.of())))
                    .isEqualTo(Admission.rejected(
                            RejectionCode.CHAT_TEMPLATE, "the chat template refuses the conversation: no system"));
        }
    }

    @Test
    void admit_plainPrompt_staysItself() throws IOException {
        try (OnnxTeacher teacher = open()) {
            Admission.Admitted plain = (Admission.Admitted) teacher.admit(new Prompt(
                    "1",
                    "1",
                    new PlainText("Once"),
                    Response.of(" upon", Author.PRODUCTION),
                    null,
                    "t",
                    Instant.EPOCH,
                    Split.TRAIN,
                    Production.UNKNOWN,
                    Map.of()));
            assertThat(plain.request().prompt()).isEqualTo("Once");
            assertThat(plain.request().templated()).isFalse();
            assertThat(plain.tokenized().promptIds()[0]).isEqualTo(1);
        }
    }

    @Test
    void identity_templateAndNone_tellsWhich() throws IOException {
        TeacherIdentity identity;
        try (OnnxTeacher teacher = open()) {
            identity = teacher.identity();
        }
        assertThat(identity.template()).isEqualTo(Digests.sha256(TEMPLATE));
        try (OnnxTeacher teacher =
                OnnxTeacher.open(TeacherConfig.of(directory.resolve("model")).withChatTemplate(Path.of("none")))) {
            assertThat(teacher.identity()).isEqualTo(identity.withoutTemplate());
            Admission.Admitted lines = (Admission.Admitted) teacher.admit(prompt("Hi.", null));
            assertThat(lines.request().prompt()).isEqualTo("Hi.");
        }
    }

    private OnnxTeacher open() throws IOException {
        assumeTrue(Files.isDirectory(MODEL), () -> "skipped: no " + MODEL.toAbsolutePath());
        Path model = directory.resolve("model");
        Files.createDirectories(model);
        Files.copy(MODEL.resolve("model.onnx"), model.resolve("model.onnx"));
        for (String name : List.of("config.json", "generation_config.json", "tokenizer.json")) {
            Files.copy(MODEL.resolve("hf").resolve(name), model.resolve(name));
        }
        Files.writeString(model.resolve("chat_template.jinja"), TEMPLATE);
        return OnnxTeacher.open(TeacherConfig.of(model));
    }

    private static Prompt prompt(String content, @Nullable String response) {
        return new Prompt(
                "1",
                "1",
                Chat.of(Message.of("user", content)),
                response == null ? null : Response.of(response, Author.PRODUCTION),
                null,
                "t",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
    }
}
