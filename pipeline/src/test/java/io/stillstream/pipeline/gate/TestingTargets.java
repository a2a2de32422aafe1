package io.stillstream.pipeline.gate;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import java.time.Instant;
import java.util.List;

/** What a teacher with two tokens says of a response of two bytes. */
public final class TestingTargets {

    private TestingTargets() {}

    /** @param logProbability of each of the two tokens */
    public static TeacherTargets twoBytes(
            Author author, Split split, String tenant, String conversation, float logProbability, Instant at) {
        float[] ones = {1f, 1f};
        return new TeacherTargets(
                "prompt-" + conversation,
                conversation,
                tenant,
                new PlainText("Hello"),
                "Hello",
                Message.assistant("ab"),
                "ab",
                null,
                new TeacherIdentity("tiny", "", "", ""),
                new Vocabulary("", 2, List.of()),
                new TeacherTokens(new int[] {0, 1}, new int[] {1, 2}, false, ones, ones, new float[] {
                    logProbability, logProbability
                }),
                new RankedColumns(
                        Selection.TOKEN,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {0, 1},
                        List.of(),
                        new float[] {-1f, -1f},
                        2),
                FinishReason.LENGTH,
                split,
                author,
                at,
                at);
    }
}
