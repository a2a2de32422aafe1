package io.stillstream.huggingface.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds a model's chat template and its special tokens where transformers looks for them. */
public final class ChatTemplateFiles {

    /** The path that stands for no template, even where the model has one. */
    public static final Path NONE = Path.of("none");

    private static final String JINJA = "chat_template.jinja";
    private static final String CONFIG = TemplateTokens.CONFIG;
    private static final String TEMPLATE = "chat_template";
    private static final String ADDITIONAL = "additional_chat_templates";
    private static final String DEFAULT_NAME = "default";
    private static final String TOOL_USE = "tool_use";

    private ChatTemplateFiles() {}

    /**
     * @param tokenizerDirectory where the tokenizer is
     * @param configured a template's file, or a directory to look in instead; {@link #NONE} for no template; null for the
     *     tokenizer's directory
     * @return null where there is no template, and chats are rendered as plain lines
     * @throws HuggingFaceException when {@code configured} has no template, or the template cannot be rendered
     */
    public static @Nullable ChatTemplate find(Path tokenizerDirectory, @Nullable Path configured) {
        if (configured != null && configured.equals(NONE)) {
            return null;
        }
        if (configured == null || Files.isDirectory(configured)) {
            Path directory = configured == null ? tokenizerDirectory : configured;
            ChatTemplate template = inDirectory(directory, tokenizerDirectory);
            if (template == null && configured != null) {
                throw new HuggingFaceException("no chat template in " + directory + "; expected " + JINJA + ", or a "
                        + CONFIG + " with " + TEMPLATE);
            }
            return template;
        }
        if (!Files.isRegularFile(configured)) {
            throw new HuggingFaceException(
                    "chat-template " + configured + " does not exist; name a Jinja file, a directory with " + JINJA
                            + " or " + CONFIG + ", or " + NONE);
        }
        return ChatTemplate.of(configured, text(configured), TemplateTokens.read(tokenizerDirectory));
    }

    private static @Nullable ChatTemplate inDirectory(Path directory, Path tokenizerDirectory) {
        Path config = directory.resolve(CONFIG);
        TemplateTokens tokens = TemplateTokens.read(Files.isRegularFile(config) ? directory : tokenizerDirectory);
        Path jinja = directory.resolve(JINJA);
        if (Files.isRegularFile(jinja)) {
            Path toolUse = directory.resolve(ADDITIONAL).resolve(TOOL_USE + ".jinja");
            return ChatTemplate.of(
                    jinja, Files.isRegularFile(toolUse) ? either(text(toolUse), text(jinja)) : text(jinja), tokens);
        }
        String template = template(config, ModelJson.readIfPresent(config).path(TEMPLATE));
        return template == null ? null : ChatTemplate.of(config, template, tokens);
    }

    private static @Nullable String template(Path file, JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        String usual = named(node, DEFAULT_NAME);
        String toolUse = named(node, TOOL_USE);
        if (usual != null) {
            return toolUse == null ? usual : either(toolUse, usual);
        }
        throw new HuggingFaceException(
                file + " has a " + TEMPLATE + " that is neither a text nor a list with one named " + DEFAULT_NAME
                        + "; name a template with chat-template");
    }

    private static @Nullable String named(JsonNode templates, String name) {
        for (JsonNode named : templates) {
            if (name.equals(named.path("name").textValue())) {
                return named.path("template").textValue();
            }
        }
        return null;
    }

    /** One template that chooses as transformers does: the one for tools where there are tools. */
    private static String either(String toolUse, String usual) {
        return "{% if tools is defined and tools is not none +%}" + withoutLastNewline(toolUse) + "{%+ else +%}"
                + withoutLastNewline(usual) + "{%+ endif %}";
    }

    private static String withoutLastNewline(String template) {
        return template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
    }

    private static String text(Path file) {
        ModelJson.requireSize(file);
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new HuggingFaceException("the chat template " + file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new HuggingFaceException("could not read the chat template " + file + ": " + e.getMessage(), e);
        }
    }
}
