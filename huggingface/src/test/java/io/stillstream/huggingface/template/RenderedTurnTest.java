package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.ToolCall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Chats with tools, documents, parts, calls, thoughts, nulls and names, beside their renderings by transformers 5.18.
 *
 * <p>{@code turns/chats.jsonl} were drawn at random. {@code turns/*.jsonl} hold, a line for each, what {@code
 * apply_chat_template} gave for the messages with the generation prompt ({@code prompt}) and for the messages and the response
 * without it ({@code whole}); null where it raised an error. The messages were given as vLLM gives them: arguments of calls as
 * objects, and parts joined with line breaks; but parts as they are to {@code gemma3} and {@code steps}, and arguments as
 * texts to {@code steps} and {@code closing}.
 *
 * <p>{@code golden.py} writes the same for any directory of templates; {@code -Dstillstream.templates} names what it wrote.
 */
final class RenderedTurnTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TemplateTokens TOKENS = TemplateTokens.of(Map.of("bos_token", "<s>", "eos_token", "</s>"));
    private static final Chat QUESTION = Chat.of(Message.of("user", "Oslo?"));

    @ParameterizedTest
    @ValueSource(strings = {"calls", "closing", "steps", "marked", "lines", "thinking"})
    void renderTurn_ownTemplates_isWhatTransformersRenders(String name) throws IOException {
        assertGolden(name, template(resource("own/" + name + ".jinja")));
    }

    @ParameterizedTest
    @CsvSource({
        "gemma3, chat-templates/gemma3",
        "llama3_2, chat-templates/llama3_2",
        "internlm2, chat-templates/internlm2",
        "qwen2_5, tokenizers/qwen2_5"
    })
    void renderTurn_realFamilies_isWhatTransformersRenders(String name, String place) throws IOException {
        Path directory = SHARED.resolve(place);
        assumeTrue(Files.isDirectory(directory), () -> "no " + directory + "; set -Dstillstream.shared");
        assertGolden(name, Objects.requireNonNull(ChatTemplateFiles.find(directory, null)));
    }

    @Test
    void renderTurn_templatesOfADirectory_isWhatTransformersRenders() throws IOException {
        String given = System.getProperty("stillstream.templates");
        assumeTrue(given != null, "no -Dstillstream.templates, a directory that golden.py wrote");
        Path directory = Path.of(Objects.requireNonNull(given));
        List<String> chats = Files.readAllLines(directory.resolve("chats.jsonl"));
        List<Path> templates;
        try (Stream<Path> files = Files.list(directory)) {
            templates = files.filter(file -> file.toString().endsWith(".jinja"))
                    .sorted()
                    .toList();
        }
        assertThat(templates).isNotEmpty();
        for (Path template : templates) {
            String name = template.getFileName().toString();
            List<String> golden = Files.readAllLines(template.resolveSibling(name.replace(".jinja", ".jsonl")));
            assertGolden(name, ChatTemplate.of(template, Files.readString(template), TOKENS), chats, golden);
        }
    }

    @Test
    void renderTurn_callAfterResultsThatAreClosed_beginsWhereTheTwoPart() throws IOException {
        ChatTemplate template = template(resource("own/closing.jinja"));
        Chat chat = Chat.of(Message.of("user", "Oslo?"), calling("{}"), Message.of("tool", "4"));
        String prompt =
                "<s><|user|>Oslo?\n<|call|>weather\n{}<|/call|></s><|results|><|result|>4<|/result|><|/results|>";
        assertThat(template.renderTurn(chat, calling("{\"d\": 2}"), FinishReason.TOOL_CALLS, Instant.EPOCH))
                .isEqualTo(new RenderedTurn(prompt, "\n<|call|>weather\n{\"d\": 2}<|/call|>", "</s>"));
        assertThat(template.renderTurn(chat, Message.assistant("Cold."), FinishReason.STOP, Instant.EPOCH))
                .isEqualTo(new RenderedTurn(prompt, "Cold.", "</s>"));
    }

    @Test
    void renderTurn_marksThatBeginAlike_partWhereTheMarkBegins() {
        String template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
                + "{% if messages[-1].role == 'tool' %}<|done|>{% endif %}";
        Chat chat = Chat.of(Message.of("user", "Oslo?"), Message.of("tool", "4"));
        assertThat(turn(template, chat, Message.assistant("Cold.")))
                .isEqualTo(new RenderedTurn(
                        "<|user|>Oslo?<|end|><|tool|>4<|end|><|done|>", "<|assistant|>Cold.", "<|end|>"));
    }

    @Test
    void renderTurn_callOfATool_isTheCallAsTheModelWritesIt() {
        RenderedTurn turn = turn(
                "{% for m in messages %}<|{{ m.role }}|>{{ m.content or '' }}{% for c in m.tool_calls %}<call>{{"
                        + " c.function.name }} {{ c.function.arguments | tojson }}</call>{% endfor %}</s>\n"
                        + "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
                QUESTION, calling("{\"city\":\"Oslo\", \"n\": 1e2, \"big\": 123456789012345678901234567890}"));
        assertThat(turn)
                .isEqualTo(new RenderedTurn(
                        "<|user|>Oslo?</s>\n<|assistant|>",
                        "<call>weather {\"city\": \"Oslo\", \"n\": 100.0, \"big\":"
                                + " 123456789012345678901234567890}</call>",
                        "</s>\n"));
    }

    @Test
    void renderTurn_endThatNoTokenNames_isWhatFollowsAPlainAnswer() {
        RenderedTurn turn = turn(
                "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|im_end|>\n{% endfor %}"
                        + "{% if add_generation_prompt %}<|assistant|>{% endif %}",
                QUESTION, Message.assistant("Rain.\n"));
        assertThat(turn.response()).isEqualTo("Rain.\n");
        assertThat(turn.end()).isEqualTo("<|im_end|>\n");
    }

    @Test
    void renderTurn_thoughtOpenedInThePromptAlone_isCutWhereBothAgree() {
        RenderedTurn turn = turn(
                "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}"
                        + "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}",
                QUESTION, Message.assistant("<this> begins as a thought does"));
        assertThat(turn)
                .isEqualTo(
                        new RenderedTurn("<|user|>Oslo?</s><|assistant|>", "<this> begins as a thought does", "</s>"));
    }

    @Test
    void renderTurn_systemTextWithTheLastMessage_keepsThePromptThatTheModelAnswers() {
        String template = "{% for m in messages if m.role != 'system' %}{% if m.role == 'user' %}[Q]"
                + "{% if loop.last and messages[0].role == 'system' %}{{ messages[0].content }}: {% endif %}"
                + "{{ m.content }}[/Q]{% else %} {{ m.content }}</s>{% endif %}{% endfor %}";
        Chat chat = Chat.of(Message.of("system", "Be brief"), Message.of("user", "Oslo?"));
        assertThat(turn(template, chat, Message.assistant("Rain.")))
                .isEqualTo(new RenderedTurn("[Q]Be brief: Oslo?[/Q]", " Rain.", "</s>"));
    }

    @Test
    void renderTurn_nothingShared_isRefusedInWords() {
        String template = "{% if messages[-1].role == 'assistant' %}{{ messages[-1].content }}{% else %}"
                + "{% for m in messages %}{{ m.content }}|{% endfor %}{% endif %}";
        TurnRendering rendering =
                template(template).renderTurn(QUESTION, Message.assistant("Rain."), FinishReason.STOP, Instant.EPOCH);
        assertThat(((Rendering.Failed) rendering).message()).contains("before the response otherwise");
    }

    @Test
    void render_absentContent_isNoneAndNotUndefined() {
        ChatTemplate template = template("{% for m in messages %}{{ m.content }},{{ m.name }},"
                + "{{ m.content is none }},{{ m.name is none }};{% endfor %}");
        Message silent = new Message("user", null, Content.absent(), List.of(), null, null, null);
        assertThat(text(template.render(Chat.of(silent), Instant.EPOCH))).isEqualTo("None,,True,False;");
    }

    @Test
    void render_refusal_isSaidWhereThereIsNoContent() {
        ChatTemplate template = template("{% for m in messages %}{{ m.content }};{% endfor %}");
        Message refusal =
                new Message("assistant", null, Content.absent(), List.of(), null, "I cannot help with that.", null);
        assertThat(text(template.render(Chat.of(Message.of("user", "u"), refusal), Instant.EPOCH)))
                .isEqualTo("u;I cannot help with that.;");
    }

    @Test
    void render_argumentsThatAreNoObject_areTheirText() {
        ChatTemplate template = template("{% for m in messages %}{{ m.content or '' }}{% for c in m.tool_calls %}"
                + "{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}");
        assertThat(text(template.render(QUESTION.with(calling("[1")), Instant.EPOCH)))
                .isEqualTo("Oslo?\"[1\"");
        assertThat(text(template.render(QUESTION.with(calling("")), Instant.EPOCH)))
                .isEqualTo("Oslo?{}");
    }

    @Test
    void withSpecialTokens_ofAnotherModel_keepsTheText() {
        ChatTemplate own = template("{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}")
                .withSpecialTokens(TemplateTokens.of(Map.of("eos_token", "<|end|>")));
        RenderedTurn turn =
                (RenderedTurn) own.renderTurn(QUESTION, Message.assistant("Rain."), FinishReason.STOP, Instant.EPOCH);
        assertThat(turn).isEqualTo(new RenderedTurn("Oslo?<|end|>", "Rain.", "<|end|>"));
        assertThat(own.source()).contains("eos_token");
    }

    @Test
    void droppedTurns_ofTemplateThatLeavesRolesOut_areNamed() {
        Chat chat = Chat.of(
                Message.of("developer", "Be brief."),
                Message.of("user", " a \"quoted\" word\n"),
                Message.of("tool", "{\"t\": 1}"));
        assertThat(DroppedTurns.roles(chat, "<user>a \"quoted\" word</user>")).isEqualTo(Set.of("developer", "tool"));
        assertThat(DroppedTurns.roles(chat, "Be brief. \" a \\\"quoted\\\" word\\n\" {\"t\": 1}"))
                .isEmpty();
    }

    @Test
    void droppedTurns_callsThatAreLeftOut_areTheAssistants() {
        Chat chat = Chat.of(Message.of("user", "Oslo?"), calling("{}"), Message.of("tool", "4"));
        assertThat(DroppedTurns.roles(chat, "Oslo? 4")).isEqualTo(Set.of("assistant"));
        assertThat(DroppedTurns.roles(chat, "Oslo? weather {} 4")).isEmpty();
    }

    private static Message calling(String arguments) {
        return new Message(
                Message.ASSISTANT,
                null,
                Content.absent(),
                List.of(new ToolCall("call", "weather", arguments)),
                null,
                null,
                null);
    }

    private static ChatTemplate template(String source) {
        return ChatTemplate.of(Path.of("t.jinja"), source, TOKENS);
    }

    private static RenderedTurn turn(String source, Chat chat, Message response) {
        return (RenderedTurn) template(source).renderTurn(chat, response, FinishReason.STOP, Instant.EPOCH);
    }

    private static String text(Rendering rendering) {
        return ((Rendering.Rendered) rendering).text();
    }

    private static void assertGolden(String name, ChatTemplate template) throws IOException {
        assertGolden(
                name,
                template,
                resource("turns/chats.jsonl").lines().toList(),
                resource("turns/" + name + ".jsonl").lines().toList());
    }

    private static void assertGolden(String name, ChatTemplate template, List<String> chats, List<String> golden)
            throws IOException {
        assertThat(golden).hasSameSizeAs(chats).hasSizeGreaterThanOrEqualTo(40);
        for (int i = 0; i < chats.size(); i++) {
            Prompt prompt = PromptCodec.decode(chats.get(i).getBytes(StandardCharsets.UTF_8));
            Message response = Objects.requireNonNull(prompt.response()).message();
            JsonNode expected = JSON.readTree(golden.get(i));
            String expectedPrompt = expected.path("prompt").textValue();
            String whole = expected.path("whole").textValue();
            Chat chat = (Chat) prompt.input();
            Rendering rendering = template.render(chat, prompt.createdAt());
            String rendered = rendering instanceof Rendering.Rendered text ? text.text() : null;
            assertThat(rendered).as(name + ", prompt of " + prompt.id()).isEqualTo(expectedPrompt);
            TurnRendering turn = template.renderTurn(chat, response, FinishReason.STOP, prompt.createdAt());
            if (turn instanceof RenderedTurn cut && !cut.text().equals(whole)) {
                assertThat(cut.prompt()).as(name + ", " + prompt.id()).isEqualTo(expectedPrompt);
                assertThat(whole).as(name + ", " + prompt.id()).endsWith(cut.response() + cut.end());
            } else if (turn instanceof RenderedTurn cut) {
                assertThat(expectedPrompt).isNotNull();
                assertThat(cut.text()).isEqualTo(whole);
            } else if (whole != null && expectedPrompt != null) {
                assertThat(((Rendering.Failed) turn).message())
                        .as(name + ", " + prompt.id())
                        .matches(message -> message.contains("before the response otherwise")
                                || message.contains("leaves out the tool calls"));
            }
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = RenderedTurnTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
