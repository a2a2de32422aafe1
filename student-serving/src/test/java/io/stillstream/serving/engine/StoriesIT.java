package io.stillstream.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.student.Golden;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.model.Student;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Public models beside transformers, eight requests at once; {@code src/test/python/stories.py} wrote the goldens. */
final class StoriesIT {

    private static final EngineConfig CONFIG = new EngineConfig(8, 100, Duration.ofMinutes(5), 128, 16);
    private static final double TOLERANCE = 1e-4;
    private static final int TOKENS = 32;

    @Test
    void submit_allPromptsAtOnce_areAnsweredAsByTransformers() throws Exception {
        answersAsTransformers("stories260K");
    }

    @Test
    @Tag("heavy")
    void submit_allPromptsToALargerModel_areAnsweredAsByTransformers() throws Exception {
        answersAsTransformers("stories15M");
    }

    private static void answersAsTransformers(String name) throws Exception {
        try (Student student = Student.load(Golden.shared("models/" + name + "/hf"));
                DecodeEngine engine = new DecodeEngine(student, CONFIG)) {
            int[] ends = student.config().eosTokenIds().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            JsonNode golden = golden(name);
            List<Recorded> answers = new ArrayList<>();
            for (JsonNode text : golden) {
                answers.add(new Recorded());
                engine.submit(
                        new DecodeRequest(ints(text.get("prompt")), TOKENS, ends, Sampling.GREEDY, 1),
                        answers.get(answers.size() - 1));
            }
            for (int i = 0; i < golden.size(); i++) {
                assertThat(answers.get(i).text())
                        .as("prompt %s", i)
                        .isEqualTo(ints(golden.get(i).get("ids")));
                JsonNode logprobs = golden.get(i).get("logprobs");
                List<TokenChoice> choices = answers.get(i).choices();
                for (int t = 0; t < choices.size(); t++) {
                    assertThat(Math.abs(
                                    choices.get(t).logprob() - logprobs.get(t).doubleValue()))
                            .as("prompt %s token %s", i, t)
                            .isLessThan(TOLERANCE);
                    assertThat(choices.get(t).topIds())
                            .containsExactly(choices.get(t).id());
                }
            }
        }
    }

    private static JsonNode golden(String name) throws IOException {
        String resource = "/golden/" + name + ".json";
        try (InputStream in = Objects.requireNonNull(StoriesIT.class.getResourceAsStream(resource), resource)) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
