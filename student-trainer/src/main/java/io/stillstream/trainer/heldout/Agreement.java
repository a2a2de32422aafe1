package io.stillstream.trainer.heldout;

import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Selection;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.examples.ByteAlignment;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often student and teacher would have continued alike, although they tokenize differently.
 *
 * <p>Compared are the positions where a token of the student and a token of the teacher start at the same byte of the
 * response. The two agree when the text of one's most probable token begins with the other's: {@code " the"} agrees with
 * {@code " t"} and {@code " there"}, not with {@code " a"}. A token without text agrees with nothing. The teacher's most
 * probable token is that of the most probable column in the record.
 *
 * @param positions that were compared
 * @param agreed how many of them agree
 */
public record Agreement(long positions, long agreed) {

    public static final Agreement NONE = new Agreement(0, 0);

    private static final byte[] NO_TEXT = {};

    /**
     * @param choices the student's most probable token in the place of each token of the response
     * @param plans says what the tokens of columns stand for, where records do not say it themselves
     */
    public static Agreement count(
            TokenizedTarget sequence, int[] choices, TextTokenizer student, @Nullable TransportPlans plans) {
        RankedColumns columns = sequence.targets().columns();
        boolean named = columns.selection() == Selection.SEQUENCE;
        if (!named && (plans == null || plans.mismatch(sequence.targets()).isPresent())) {
            return NONE;
        }
        ByteAlignment alignment = ByteAlignment.of(sequence, student);
        long agreed = 0;
        for (int i = 0; i < alignment.pairSteps().length; i++) {
            int position = alignment.pairPositions()[i];
            int best = columns.argmax(position);
            byte[] teachers = named || plans == null
                    ? columns.text(best)
                    : plans.text(sequence.targets(), columns.id(position, best));
            agreed += agree(text(student, choices[alignment.pairSteps()[i]]), teachers) ? 1 : 0;
        }
        return new Agreement(alignment.pairSteps().length, agreed);
    }

    Agreement plus(Agreement other) {
        return new Agreement(positions + other.positions, agreed + other.agreed);
    }

    /** NaN without positions. */
    double share() {
        return (double) agreed / positions;
    }

    /** A model may have more rows than its tokenizer has tokens; those stand for nothing. */
    private static byte[] text(TextTokenizer tokenizer, int id) {
        return id < tokenizer.vocabularySize() ? tokenizer.bytes(id) : NO_TEXT;
    }

    private static boolean agree(byte[] left, byte[] right) {
        int common = Math.min(left.length, right.length);
        return common > 0 && Arrays.equals(left, 0, common, right, 0, common);
    }
}
