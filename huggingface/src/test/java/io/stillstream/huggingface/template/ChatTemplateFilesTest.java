package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChatTemplateFilesTest {

    @TempDir
    private Path directory;

    @Test
    void find_noTemplate_isNone() throws IOException {
        assertThat(ChatTemplateFiles.find(directory, null)).isNull();
        config("{\"bos_token\": \"<s>\", \"chat_template\": null}");
        assertThat(ChatTemplateFiles.find(directory, null)).isNull();
    }

    @Test
    void find_textInConfig_isRenderedWithItsSpecialTokens() throws IOException {
        config("{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": null, \"chat_template\":"
                + " \"{{ bos_token }}{{ eos_token }}{{ messages[0].content }}\"}");
        assertThat(render(null)).isEqualTo("<s>Hi.");
    }

    @Test
    void find_namedTemplates_takesTheDefault() throws IOException {
        config("{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"tools\"},"
                + " {\"name\": \"default\", \"template\": \"plain\"}]}");
        assertThat(render(null)).isEqualTo("plain");
    }

    @Test
    void find_namedTemplates_takesTheOneForToolsWhereThereAreTools() throws IOException {
        config("{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"\\ntools {{ tools[0].type }}\\n\\n\"},"
                + " {\"name\": \"default\", \"template\": \"plain\\n \"}]}");
        assertThat(render(null)).isEqualTo("plain\n ");
        assertThat(renderWithTools()).isEqualTo("\ntools function\n");
    }

    @Test
    void find_additionalTemplate_isForTools() throws IOException {
        Files.writeString(directory.resolve("chat_template.jinja"), "plain");
        Files.writeString(
                Files.createDirectory(directory.resolve("additional_chat_templates"))
                        .resolve("tool_use.jinja"),
                "tools {{ tools[0].type }}");
        assertThat(render(null)).isEqualTo("plain");
        assertThat(renderWithTools()).isEqualTo("tools function");
    }

    @Test
    void find_namedTemplatesWithoutDefault_saysWhatIsExpected() throws IOException {
        config("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}]}");
        assertThatThrownBy(() -> ChatTemplateFiles.find(directory, null))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("default");
    }

    @Test
    void find_jinjaFileBesideConfig_wins() throws IOException {
        config("{\"bos_token\": \"<s>\", \"chat_template\": \"config\"}");
        Files.writeString(directory.resolve("chat_template.jinja"), "file {{ bos_token }}\n");
        assertThat(render(null)).isEqualTo("file <s>");
    }

    @Test
    void find_configuredFile_overridesAndKeepsTheTokenizersTokens() throws IOException {
        config("{\"bos_token\": \"<s>\", \"chat_template\": \"config\"}");
        Path own = Files.writeString(directory.resolve("own.jinja"), "own {{ bos_token }}");
        assertThat(render(own)).isEqualTo("own <s>");
    }

    @Test
    void find_configuredDirectory_isLookedInInstead() throws IOException {
        config("{\"chat_template\": \"config\"}");
        Path other = Files.createDirectory(directory.resolve("other"));
        assertThatThrownBy(() -> ChatTemplateFiles.find(directory, other))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("no chat template in " + other);
        Files.writeString(other.resolve("chat_template.jinja"), "other");
        assertThat(render(other)).isEqualTo("other");
    }

    @Test
    void find_none_isPlainWhateverTheModelHas() throws IOException {
        config("{\"chat_template\": \"config\"}");
        assertThat(ChatTemplateFiles.find(directory, Path.of("none"))).isNull();
    }

    @Test
    void find_missingFile_saysWhatIsExpected() {
        assertThatThrownBy(() -> ChatTemplateFiles.find(directory, directory.resolve("nowhere.jinja")))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("nowhere.jinja does not exist");
    }

    private String render(Path configured) {
        ChatTemplate template = Objects.requireNonNull(ChatTemplateFiles.find(directory, configured));
        Rendering rendering = template.render(Chat.of(Message.of("user", "Hi.")), Instant.EPOCH);
        return ((Rendering.Rendered) rendering).text();
    }

    private String renderWithTools() {
        ChatTemplate template = Objects.requireNonNull(ChatTemplateFiles.find(directory, null));
        Chat chat = new Chat(List.of(Message.of("user", "Hi.")), List.of("{\"type\": \"function\"}"), List.of());
        return ((Rendering.Rendered) template.render(chat, Instant.EPOCH)).text();
    }

    private void config(String json) throws IOException {
        Files.writeString(directory.resolve("tokenizer_config.json"), json);
    }
}
