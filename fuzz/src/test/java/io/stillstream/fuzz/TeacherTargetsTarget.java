package io.stillstream.fuzz;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** A record of the teacher's targets: what was read once is written and read again without loss. */
final class TeacherTargetsTarget implements FuzzTarget {

    /** The positions that any response may have, with all their columns: ids and numbers, in the decoder's arrays and copies. */
    private static final long LEAST_BYTES = 16L << 20;

    /** Deflate expands up to 1032 times, and a byte on the wire is a float in memory, in the decoder's array and its copy. */
    private static final long PER_BYTE = 8192;

    @Override
    public Promise promise() {
        return new Promise(ContractException.class, LEAST_BYTES, PER_BYTE);
    }

    @Override
    public void read(byte[] input) {
        TeacherTargets targets = TeacherTargetsCodec.decode(input);
        byte[] once;
        byte[] twice;
        try {
            once = TeacherTargetsCodec.encode(targets);
            twice = TeacherTargetsCodec.encode(TeacherTargetsCodec.decode(once));
        } catch (ContractException e) {
            throw new AssertionError("targets that were read are not written", e);
        }
        Promise.require(Arrays.equals(once, twice), "the wire changes targets that were read from it");
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                encoded(Selection.SEQUENCE, new int[] {3, 4}, List.of(new byte[] {'a'}, new byte[] {})),
                encoded(Selection.TOKEN, new int[] {3, 4, 5, 6}, List.of()),
                encoded(Selection.SAMPLED, new int[] {70_000, 4, 5, 70_000}, List.of()));
    }

    private static byte[] encoded(Selection selection, int[] ids, List<byte[]> texts) {
        TeacherTokens tokens = new TeacherTokens(
                new int[] {ids[0], 7}, new int[] {1, 1}, true, new float[] {3, 4}, new float[] {1, 2}, new float[] {
                    -1, -2
                });
        RankedColumns columns = new RankedColumns(
                selection,
                Ranking.PROBABILITY,
                1,
                ids,
                texts,
                new float[] {-0.5f, -1, -0.25f, Float.NEGATIVE_INFINITY},
                2);
        return TeacherTargetsCodec.encode(new TeacherTargets(
                "p",
                "c",
                "t",
                Chat.of(Message.of("user", "q")),
                "q\n",
                Message.assistant("a"),
                "a",
                "r",
                new TeacherIdentity("n", "w", "k", "x"),
                new Vocabulary("k", 80_000, List.of(7)),
                tokens,
                columns,
                FinishReason.STOP,
                Split.TRAIN,
                Author.TEACHER,
                Instant.EPOCH,
                Instant.EPOCH));
    }
}
