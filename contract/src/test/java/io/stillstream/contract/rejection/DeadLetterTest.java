package io.stillstream.contract.rejection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DeadLetterTest {

    @Test
    void headers_areReadBack() {
        DeadLetter letter = new DeadLetter(
                "teacher-scorer", new Rejection(RejectionCode.EMPTY_PROMPT, "the prompt is empty"), "prompts", 3, 41);
        assertThat(letter.headers())
                .containsOnlyKeys(
                        "stillstream.stage",
                        "stillstream.code",
                        "stillstream.reason",
                        "stillstream.topic",
                        "stillstream.partition",
                        "stillstream.offset");
        assertThat(DeadLetter.fromHeaders(letter.headers())).isEqualTo(letter);
    }

    /** A detail may quote an id of any length. */
    @Test
    void headers_longReason_isCutBetweenCharacters() {
        for (int before = 495; before < 505; before++) {
            var rejection = new Rejection(RejectionCode.OTHER, "x".repeat(before) + "\ud83d\ude00".repeat(50_000));
            byte[] reason = new DeadLetter("student-trainer", rejection, "t", 0, 1)
                    .headers()
                    .get("stillstream.reason");
            assertThat(new String(reason, StandardCharsets.UTF_8))
                    .endsWith("…")
                    .doesNotContain("?")
                    .hasSizeLessThan(501);
        }
    }

    @Test
    void fromHeaders_missingHeader_namesIt() {
        assertThatThrownBy(
                        () -> DeadLetter.fromHeaders(Map.of("stillstream.stage", "x".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(ContractException.class)
                .hasMessage("a dead letter lacks the header stillstream.code");
    }
}
