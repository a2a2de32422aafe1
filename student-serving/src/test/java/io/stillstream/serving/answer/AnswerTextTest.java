package io.stillstream.serving.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.student.TinyStudent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of tokens that are letters: 4 is a, 30 is th. */
final class AnswerTextTest {

    private static final int A = 4;
    private static final int TH = 30;

    @TempDir
    private static Path directory;

    private static TextTokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = TextTokenizer.load(TinyStudent.at(directory.resolve("student")));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void pieces_withoutStops_comeAtOnceWithTheirTokens() {
        AnswerText text = text(List.of());

        Piece piece = text.accept(token(TH));

        assertThat(piece.text()).isEqualTo("th");
        assertThat(piece.tokens()).hasSize(1);
        assertThat(text.rest().text()).isEmpty();
    }

    @Test
    void stop_spelledWithSeveralTokens_isNeverGivenOut() {
        Said said = said(
                List.of("cab"), "abcab".chars().map(letter -> letter - 'a' + A).toArray());

        assertThat(said.text()).isEqualTo("ab");
        assertThat(said.stopped()).isTrue();
        assertThat(said.tokens()).containsExactly(A, A + 1);
    }

    @Test
    void stop_thatBeginsWithinAToken_cutsTheToken() {
        Said said = said(List.of("ha"), A, TH, A);

        assertThat(said.text()).isEqualTo("at");
        assertThat(said.stopped()).isTrue();
        assertThat(said.tokens()).containsExactly(A, TH);
        assertThat(said.offsets()).containsExactly(0, 1);
    }

    @Test
    void stop_thatOnlyBegins_isGivenOutAtTheEnd() {
        Said said = said(List.of("abz"), A, A + 1);

        assertThat(said.text()).isEqualTo("ab");
        assertThat(said.stopped()).isFalse();
        assertThat(said.tokens()).containsExactly(A, A + 1);
    }

    @Test
    void stops_ofWhichTwoAreThere_theFirstCounts() {
        assertThat(said(List.of("cd", "bc"), A, A + 1, A + 2, A + 3).text()).isEqualTo("a");
    }

    @Test
    void randomTexts_withRandomStops_areTheTextBeforeTheFirstStop() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            int[] ids = random.ints(1 + random.nextInt(24), 0, 4)
                    .map(letter -> letter == 3 ? TH : A + letter)
                    .toArray();
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                stops.add(letters(random, 1 + random.nextInt(4)));
            }
            String whole = whole(ids);
            int end = stops.stream()
                    .mapToInt(whole::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(whole.length());

            Said said = said(stops, ids);

            assertThat(said.stopped()).isEqualTo(end < whole.length());
            // Of two stops the one that is whole first ends the answer, which may leave more than the earliest
            // beginning.
            assertThat(whole).startsWith(said.text());
            assertThat(said.text().length()).isGreaterThanOrEqualTo(end);
            assertThat(stops).noneMatch(said.text()::contains);
        }
    }

    private record Said(String text, List<Integer> tokens, List<Integer> offsets, boolean stopped) {}

    private static Said said(List<String> stops, int... ids) {
        AnswerText text = text(stops);
        StringBuilder said = new StringBuilder();
        List<AnsweredToken> tokens = new ArrayList<>();
        for (int id : ids) {
            Piece piece = text.accept(token(id));
            said.append(piece.text());
            tokens.addAll(piece.tokens());
            if (text.stopped()) {
                break;
            }
        }
        Piece rest = text.rest();
        said.append(rest.text());
        tokens.addAll(rest.tokens());
        return new Said(
                said.toString(),
                tokens.stream().map(token -> token.choice().id()).toList(),
                tokens.stream().map(AnsweredToken::textOffset).toList(),
                text.stopped());
    }

    private static String whole(int[] ids) {
        return tokenizer.text(ids);
    }

    private static String letters(Random random, int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append("abcth".charAt(random.nextInt(5)));
        }
        return letters.toString();
    }

    private static AnswerText text(List<String> stops) {
        return new AnswerText(stops, pieces -> new TextStream(tokenizer, pieces));
    }

    private static TokenChoice token(int id) {
        return new TokenChoice(id, -1, new int[0], new float[0]);
    }
}
