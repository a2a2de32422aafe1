package io.stillstream.producer.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class AnswerNamesTest {

    private static final String ANSWER = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,"
            + "\"model\":\"0000000002-0123456789ab\",\"choices\":[{\"id\":\"no\"}],"
            + "\"system_fingerprint\":\"0000000003-0123456789ab\"}";

    private static AnswerNames of(String head) {
        return AnswerNames.of(head.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void of_wholeAnswerOrEvent_areItsIdAndSnapshot() {
        assertThat(of(ANSWER)).isEqualTo(new AnswerNames("chatcmpl-1", "0000000003-0123456789ab"));
        assertThat(of("data: " + ANSWER + "\n\ndata: {\"id\":\"other\"}\n\n"))
                .isEqualTo(new AnswerNames("chatcmpl-1", "0000000003-0123456789ab"));
    }

    @Test
    void of_answerThatIsCutAnywhere_isWhatWasReadUntilThere() {
        byte[] bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < bytes.length; length++) {
            AnswerNames names = AnswerNames.of(Arrays.copyOf(bytes, length));
            assertThat(names.responseId()).isIn("", "chatcmpl-1");
            assertThat(names.snapshot()).isIn("", "0000000002-0123456789ab", "0000000003-0123456789ab");
        }
        assertThat(AnswerNames.of(Arrays.copyOf(bytes, ANSWER.indexOf("\"choices\""))))
                .isEqualTo(new AnswerNames("chatcmpl-1", "0000000002-0123456789ab"));
    }

    @Test
    void of_otherServersNames_areNoSnapshots() {
        assertThat(of("{\"id\":\"x\",\"model\":\"student\",\"system_fingerprint\":\"fp_1\"}"))
                .isEqualTo(new AnswerNames("x", ""));
        assertThat(of("<html>")).isEqualTo(new AnswerNames("", ""));
        assertThat(of("[1]")).isEqualTo(new AnswerNames("", ""));
    }
}
