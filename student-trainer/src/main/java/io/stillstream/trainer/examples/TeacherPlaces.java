package io.stillstream.trainer.examples;

import io.stillstream.contract.target.TeacherTokens;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where the teacher's tokens of text lie in the student's wording of a response. A token that is there in part, or beyond
 * what the student's tokens cover, has no place.
 */
final class TeacherPlaces {

    private static final int NOWHERE = -1;

    private final int[] starts;
    private final int[] ends;
    private final int leading;
    private final BitSet bytes = new BitSet();

    private TeacherPlaces(int[] starts, int[] ends) {
        this.starts = starts;
        this.ends = ends;
        int count = 0;
        while (count < starts.length && starts[count] == (count == 0 ? 0 : ends[count - 1])) {
            count++;
        }
        this.leading = count;
        for (int t = 0; t < starts.length; t++) {
            if (has(t)) {
                bytes.set(starts[t], ends[t]);
            }
        }
    }

    /**
     * @param teacher the response in the teacher's wording, which the tokens cover
     * @param student the same in the student's wording
     * @param covered how many bytes of the latter the student's tokens cover
     */
    static TeacherPlaces of(TeacherTokens tokens, String teacher, String student, int covered) {
        int[] starts = new int[tokens.textCount()];
        int[] ends = new int[starts.length];
        Arrays.fill(starts, NOWHERE);
        Arrays.fill(ends, NOWHERE);
        int last = 0;
        List<SharedText.Stretch> stretches = SharedText.of(utf8(teacher), utf8(student));
        for (SharedText.Stretch stretch : stretches) {
            int shift = stretch.student() - stretch.teacher();
            for (int t = last; t < starts.length && tokens.end(t) <= stretch.teacher() + stretch.length(); t++) {
                if (tokens.start(t) >= stretch.teacher() && tokens.end(t) + shift <= covered) {
                    starts[t] = tokens.start(t) + shift;
                    ends[t] = tokens.end(t) + shift;
                    last = t + 1;
                }
            }
        }
        return new TeacherPlaces(Arrays.copyOf(starts, last), Arrays.copyOf(ends, last));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One more than the last token that has a place. */
    int count() {
        return starts.length;
    }

    /** How many tokens, counted from the first, have places one after the other from the response's first byte. */
    int leading() {
        return leading;
    }

    boolean has(int t) {
        return starts[t] != NOWHERE;
    }

    /** Whether each of these bytes of the student's wording lies in a token that has a place. */
    boolean cover(int from, int to) {
        return bytes.nextClearBit(from) >= to;
    }

    /** How many bytes the tokens with a place cover. */
    int bytes() {
        return bytes.cardinality();
    }

    /** The UTF-8 byte of the student's wording at which token {@code t} starts; before all bytes where it has no place. */
    int start(int t) {
        return starts[t];
    }

    /** The byte at which it ends. */
    int end(int t) {
        return ends[t];
    }
}
