package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Renderings beside those of transformers 5.18 (Jinja2 3.1).
 *
 * <p>{@code golden/*.json} hold what {@code tokenizer.apply_chat_template(messages, tokenize=False,
 * add_generation_prompt=True)} gave for each of {@code conversations.json}, or the message of the {@code TemplateError} that
 * it raised. Qwen2.5's tokenizer was loaded as it is; the others were an empty {@code PreTrainedTokenizerFast} with the
 * special tokens and the template of the directory (for {@code own/}: {@code <s>} and {@code </s>}). {@code datetime.now()}
 * was the conversation's {@code createdAt}.
 */
final class ChatTemplateTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));
    private static final TemplateTokens TOKENS = TemplateTokens.of(Map.of("bos_token", "<s>", "eos_token", "</s>"));
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {"marked", "lines", "thinking"})
    void render_ownTemplates_isWhatTransformersRenders(String name) throws IOException {
        assertGolden(name, own(name));
    }

    @ParameterizedTest
    @CsvSource({
        "gemma3, chat-templates/gemma3",
        "llama3_2, chat-templates/llama3_2",
        "internlm2, chat-templates/internlm2",
        "qwen2_5, tokenizers/qwen2_5"
    })
    void render_realFamilies_isWhatTransformersRenders(String name, String place) throws IOException {
        Path directory = SHARED.resolve(place);
        assumeTrue(Files.isDirectory(directory), () -> "no " + directory + "; set -Dstillstream.shared");
        assertGolden(name, Objects.requireNonNull(ChatTemplateFiles.find(directory, null)));
    }

    @Test
    void render_sameChatFromManyThreads_isTheSame() throws IOException {
        ChatTemplate template = own("marked");
        Chat chat = Chat.of(Message.of("user", "Hi."));
        Rendering expected = template.render(chat, Instant.EPOCH);
        List<Rendering> renderings = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int n = 0; n < 50; n++) {
                    Rendering rendering = template.render(chat, Instant.EPOCH);
                    synchronized (renderings) {
                        renderings.add(rendering);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            join(thread);
        }
        assertThat(renderings).hasSize(200).containsOnly(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{{ messages | nosuch }} ~ the filter 'nosuch' is unknown",
                "{% include 'other' %} ~ include",
                "{% if messages is nosuch %}x{% endif %} ~ the test 'nosuch' is unknown",
                "{{ messages[0].content + nothing }} ~ '+' joins a text and a value that is undefined ('nothing')",
                "{{ nothing.role }} ~ 'nothing' is undefined",
                "{{ namespace }} ~ prints a value that is neither data nor text",
                "{{ messages[0].content.encode('x') }} ~ the method 'encode' of a text",
                "{% for m in messages %}{{ m.role }} ~ endfor",
                "{{ strftime_now('%Q') }} ~ the directive %Q",
                "{{ messages | tojson(default=1) }} ~ tojson",
                "{{ 'a ~ has no end",
                "{# a ~ has no end",
                "{{ raise_exception('text only') }} ~ it refuses every chat: text only"
            })
    void of_whatCannotBeRendered_namesFileConstructAndWayOut(String template, String construct) {
        assertThatThrownBy(() -> ChatTemplate.of(Path.of("model/chat_template.jinja"), template, TOKENS))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("model/chat_template.jinja")
                .hasMessageContaining(construct)
                .hasMessageContaining("chat-template: none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.getClass().forName('java.lang.Runtime') }}",
                "{{ messages.getClass() }}",
                "{{ messages[0].clear() }}",
                "{{ messages.add(1) }}",
                "{{ messages.__class__.__mro__ }}",
                "{{ ____int3rpr3t3r____.config.toString() }}",
                "{{ today() }}",
                "{{ unixtimestamp() }}",
                "{{ fn:list(1) }}",
                "{% import 'x' as y %}",
                "{% set ns = namespace(x='a') %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x='a') %}{% for i in range(24) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
                        + "{{ ns.x }}{{ ns.x }}"
            })
    void of_templateThatReachesOut_isRefused(String template) {
        assertThatThrownBy(() -> ChatTemplate.of(Path.of("t.jinja"), template, TOKENS))
                .isInstanceOf(HuggingFaceException.class);
    }

    @Test
    void of_refusalOfSomeChats_startsAndRefusesThose() {
        ChatTemplate template = ChatTemplate.of(
                Path.of("t.jinja"),
                "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}x",
                TOKENS);
        assertThat(template.render(Chat.of(Message.of("system", "s"), Message.of("user", "u")), Instant.EPOCH))
                .isEqualTo(new Rendering.Refused("no system"));
        assertThat(template.render(Chat.of(Message.of("user", "u")), Instant.EPOCH))
                .isEqualTo(new Rendering.Rendered("x"));
    }

    private static ChatTemplate own(String name) throws IOException {
        try (InputStream in = resource("own/" + name + ".jinja")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ChatTemplate.of(Path.of(name + ".jinja"), text, TOKENS);
        }
    }

    private static void assertGolden(String name, ChatTemplate template) throws IOException {
        JsonNode conversations = json("conversations.json");
        JsonNode golden = json("golden/" + name + ".json");
        assertThat(conversations.size()).isGreaterThanOrEqualTo(30).isEqualTo(golden.size());
        for (JsonNode conversation : conversations) {
            List<Message> messages = new ArrayList<>();
            conversation
                    .path("messages")
                    .forEach(message -> messages.add(Message.of(
                            message.path("role").textValue(),
                            message.path("content").textValue())));
            JsonNode expected = golden.path(conversation.path("name").textValue());
            assertThat(template.render(
                            new Chat(messages, List.of(), List.of()),
                            Instant.parse(conversation.path("createdAt").textValue())))
                    .as(name + ": " + conversation.path("name").textValue())
                    .isEqualTo(
                            expected.has("text")
                                    ? new Rendering.Rendered(
                                            expected.path("text").textValue())
                                    : new Rendering.Refused(
                                            expected.path("refusal").textValue()));
        }
    }

    private static JsonNode json(String name) throws IOException {
        try (InputStream in = resource(name)) {
            return JSON.readTree(in);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(ChatTemplateTest.class.getResourceAsStream(name), name);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
