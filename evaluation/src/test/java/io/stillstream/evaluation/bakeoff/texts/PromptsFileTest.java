package io.stillstream.evaluation.bakeoff.texts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PromptsFileTest {

    @TempDir
    private Path directory;

    @Test
    void read_promptWithoutId_hasItsLinesNumber() throws Exception {
        List<Prompt> prompts = read("{\"id\":\"a\",\"prompt\":\"One\"}\n\n{\"prompt\":\"Two\",\"response\":\"two\"}\n");

        assertThat(prompts).extracting(Prompt::id).containsExactly("a", "line-3");
        assertThat(prompts.get(1).response()).isEqualTo(Response.of("two", Author.PRODUCTION));
    }

    @Test
    void read_sameIdTwice_namesBothLines() {
        assertThatThrownBy(() -> read("{\"id\":\"a\",\"prompt\":\"One\"}\n{\"id\":\"a\",\"prompt\":\"Two\"}\n"))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("lines 1 and 2")
                .hasMessageContaining("'a'");
    }

    @Test
    void read_lineThatIsNoPrompt_namesIt() {
        assertThatThrownBy(() -> read("{\"id\":\"a\",\"prompt\":\"One\"}\n{\"id\":\"b\"}\n"))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> read("not json\n"))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> read("\n"))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("no prompts");
    }

    private List<Prompt> read(String text) throws IOException {
        return PromptsFile.read(Files.writeString(directory.resolve("prompts.jsonl"), text));
    }
}
