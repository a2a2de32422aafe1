package io.stillstream.pipeline.deadletters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.text.Printable;
import java.io.PrintStream;
import java.util.Locale;

/** Replays letters one by one, and says of each what became of it. */
public final class ReplayRun {

    private final Replayer replayer;
    private final PrintStream out;
    private final boolean json;
    private final boolean again;
    private final boolean duplicates;
    private final long limit;
    private long replayed;
    private long before;
    private long notReplayed;
    private long skippedDuplicates;

    /**
     * @param again whether to replay what was replayed before
     * @param duplicates whether to replay what was rejected because its id was there
     * @param limit how many are replayed at most
     */
    public ReplayRun(Replayer replayer, PrintStream out, boolean json, boolean again, boolean duplicates, long limit) {
        this.replayer = replayer;
        this.out = out;
        this.json = json;
        this.again = again;
        this.duplicates = duplicates;
        this.limit = limit;
    }

    public void replay(StoredDeadLetter letter) {
        if (replayed >= limit) {
            return;
        }
        if (!duplicates && Replayer.mustBeNamed(letter)) {
            skippedDuplicates++;
            return;
        }
        Replayer.Result result = replayer.replay(letter, again);
        if (result instanceof Replayer.Result.Replayed sent) {
            replayed++;
            print(letter, "replayed", "to " + sent.topic());
        } else if (result instanceof Replayer.Result.ReplayedBefore earlier) {
            before++;
            print(letter, "replayed_before", "replayed before, at " + earlier.at());
        } else if (result instanceof Replayer.Result.NotReplayed not) {
            notReplayed++;
            print(letter, "not_replayed", "not replayed: " + not.reason());
        }
    }

    public void printSummary() {
        if (!json) {
            out.printf(Locale.ROOT, "%,d replayed, %,d not%n", replayed, notReplayed);
            if (before > 0) {
                out.printf(Locale.ROOT, "%,d were replayed before; --again replays them once more%n", before);
            }
            if (skippedDuplicates > 0) {
                out.printf(
                        Locale.ROOT,
                        "%,d duplicates are left where they are; --code duplicate_id replays them%n",
                        skippedDuplicates);
            }
        }
        out.flush();
    }

    /** Whether there was one that should have been replayed and could not. */
    public boolean failed() {
        return notReplayed > 0;
    }

    private void print(StoredDeadLetter letter, String outcome, String words) {
        if (json) {
            ObjectNode node = JsonNodeFactory.instance
                    .objectNode()
                    .put("id", letter.id().toString())
                    .put("code", letter.code())
                    .put("outcome", outcome)
                    .put("detail", words);
            out.println(node);
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s  %s  %s: %s%n",
                    letter.id(),
                    letter.code(),
                    Printable.line(letter.from()),
                    Printable.line(words));
        }
    }
}
