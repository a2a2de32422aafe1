package io.stillstream.pipeline.bakeoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.bakeoff.texts.CachedTeacher;
import io.stillstream.evaluation.bakeoff.texts.LazyTeacher;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the bundled teacher, which has no chat template of its own. */
final class CachedTeacherIT {

    private static final List<Prompt> PROMPTS = Stream.of(
                    "{\"id\":\"open\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                            + "{\"role\":\"user\",\"content\":\"What is rain?\"}]}",
                    "{\"id\":\"answered\",\"messages\":[{\"role\":\"user\",\"content\":\"What is snow?\"}],"
                            + "\"response\":\"Snow is frozen water.\"}",
                    "{\"id\":\"plain\",\"prompt\":\"What do bees do? \",\"response\":\"Bees make honey.\"}")
            .map(json -> PromptCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
            .toList();

    @TempDir
    private Path directory;

    private StillstreamConfig demo;
    private Path template;

    @BeforeEach
    void prepare() throws IOException {
        demo = DemoConfig.of(directory.resolve("data"), BundledModels.unpack(directory.resolve("models")));
        template = directory.resolve("template.jinja");
        Files.writeString(
                template,
                "{% for m in messages %}[{{ 'answer' if m['role'] == 'assistant' else m['role'] }}] {{ m['content'] }} {% endfor %}"
                        + "{% if add_generation_prompt %}[answer] {% endif %}");
    }

    @Test
    void scored_teacherWithChatTemplate_wordsChatsAsTheStreamDoes() throws IOException {
        List<TeacherTargets> targets = scored(Map.of("teacher.chat-template", template.toString()));
        assertThat(targets)
                .extracting(TeacherTargets::promptText)
                .containsExactly(
                        "[system] Be brief. [user] What is rain? [answer] ",
                        "[user] What is snow? [answer] ",
                        "What do bees do? ");
        assertThat(targets)
                .extracting(target -> target.teacher().template().isEmpty())
                .containsExactly(false, false, true);
        assertThat(targets.get(1).responseText()).isEqualTo("Snow is frozen water.");

        Files.writeString(template, "{% for m in messages %}{{ m['content'] }}|{% endfor %}");
        assertThat(scored(Map.of("teacher.chat-template", template.toString())))
                .as("what an earlier template said is not read from the cache")
                .extracting(TeacherTargets::promptText)
                .containsExactly("Be brief.|What is rain?|", "What is snow?|", "What do bees do? ");
    }

    @Test
    void scored_teacherWithoutChatTemplate_wordsChatsAsPlainLines() {
        assertThat(scored(Map.of()))
                .extracting(TeacherTargets::promptText)
                .containsExactly(
                        "system: Be brief.\nuser: What is rain?\nassistant:", "What is snow?", "What do bees do? ");
    }

    private List<TeacherTargets> scored(Map<String, String> chosen) {
        Map<String, String> settings = new HashMap<>(chosen);
        settings.put("teacher.generation.max-tokens", "8");
        settings.put("teacher.generation.temperature", "0");
        StillstreamConfig config = new ConfigLoader(Map.of()).load(demo, null, settings);
        CachedTeacher cached = new CachedTeacher(directory.resolve("cache"), config.scorer());
        try (LazyTeacher teacher = new LazyTeacher(config.teacher())) {
            return cached.scored(teacher, cached.withResponses(teacher, PROMPTS), Split.TRAIN);
        }
    }
}
