package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.trainer.examples.SharedText.Stretch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SharedTextTest {

    @Test
    void of_sameText_isOneStretch() {
        assertThat(shared("the end", "the end")).containsExactly(new Stretch(0, 0, 7));
    }

    @Test
    void of_trimmedText_isWhatIsLeft() {
        assertThat(shared("  the end\n", "the end")).containsExactly(new Stretch(2, 0, 7));
        assertThat(shared("the end\n", "the end")).containsExactly(new Stretch(0, 0, 7));
    }

    @Test
    void of_thoughtBefore_isTheAnswerBehindIt() {
        assertThat(shared("the end", "<think>\n\n</think>\n\nthe end")).containsExactly(new Stretch(0, 19, 7));
    }

    @Test
    void of_callsInTwoSyntaxes_isWhatBothWrite() {
        String teacher = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>";
        String student = "{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}";
        assertThat(texts(teacher, student)).containsExactly("{\"name\": \"weather\", \"", "s\": {\"city\": \"Oslo\"}}");
    }

    @Test
    void of_nothingInCommon_isNothing() {
        assertThat(shared("abc", "xyz")).isEmpty();
        assertThat(shared("what is the x", "and at the y"))
                .as("too short amid others")
                .isEmpty();
        assertThat(shared("", "xyz")).isEmpty();
    }

    @Test
    void of_drawnTexts_isTheSameInBothAndAscends() {
        var random = new Random(3);
        for (int draw = 0; draw < 500; draw++) {
            String teacher = text(random);
            String student = text(random);
            int teacherFrom = 0;
            int studentFrom = 0;
            for (Stretch stretch : shared(teacher, student)) {
                assertThat(stretch.length()).isPositive();
                assertThat(stretch.teacher()).isGreaterThanOrEqualTo(teacherFrom);
                assertThat(stretch.student()).isGreaterThanOrEqualTo(studentFrom);
                assertThat(part(teacher, stretch.teacher(), stretch.length()))
                        .isEqualTo(part(student, stretch.student(), stretch.length()));
                teacherFrom = stretch.teacher() + stretch.length();
                studentFrom = stretch.student() + stretch.length();
            }
        }
    }

    private static List<String> texts(String teacher, String student) {
        return shared(teacher, student).stream()
                .map(stretch -> new String(part(teacher, stretch.teacher(), stretch.length()), StandardCharsets.UTF_8))
                .toList();
    }

    private static List<Stretch> shared(String teacher, String student) {
        return SharedText.of(utf8(teacher), utf8(student));
    }

    private static byte[] part(String text, int from, int length) {
        return Arrays.copyOfRange(utf8(text), from, from + length);
    }

    private static String text(Random random) {
        List<String> pieces = List.of("the cat sat down", "é", "and then it slept", "a", " ", "🙂");
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(8);
        for (int i = 0; i < count; i++) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
