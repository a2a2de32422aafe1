package io.stillstream.pipeline.trace;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.source.SourceLine;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.pipeline.deadletters.StoredDeadLetter;
import io.stillstream.trainer.offsets.Disposition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of an id.
 *
 * @param prompts with that id, of that conversation, or whose answer has that id; in the order in which they were found
 * @param letters dead letters that hold the id, and belong to none of the prompts
 * @param outcomes of calls with that id, as the proxy saw them
 * @param read how many records were looked at
 * @param ledger whether the trainer's ledger was here to be read
 */
record Trace(
        String id,
        List<TracedPrompt> prompts,
        List<StoredDeadLetter> letters,
        List<ServedOutcome> outcomes,
        long read,
        boolean ledger) {

    Trace {
        prompts = List.copyOf(prompts);
        letters = List.copyOf(letters);
        outcomes = List.copyOf(outcomes);
    }

    boolean isEmpty() {
        return prompts.isEmpty() && letters.isEmpty() && outcomes.isEmpty();
    }

    /**
     * A prompt on its path through the stages.
     *
     * @param asked null where {@code prompts} no longer holds it
     * @param scored each time that it was scored
     * @param letters that reject it, or what was scored of it
     */
    record TracedPrompt(String id, @Nullable Asked asked, List<Scored> scored, List<StoredDeadLetter> letters) {

        TracedPrompt {
            scored = List.copyOf(scored);
            letters = List.copyOf(letters);
        }
    }

    /** @param line that it was read from; null where it came through the proxy */
    record Asked(Place place, Prompt prompt, @Nullable SourceLine line) {}

    /**
     * @param uses in steps of the training, abandoned ones too
     * @param snapshots that had read it, the first one first
     */
    record Scored(Place place, TeacherTargets targets, List<Use> uses, List<In> snapshots) {

        Scored {
            uses = List.copyOf(uses);
            snapshots = List.copyOf(snapshots);
        }
    }

    /** @param live whether the training went on from there; otherwise a rewind abandoned it */
    record Use(long step, Disposition disposition, boolean live) {}

    /** A snapshot whose training had come past the record, and what the rollout did with it. */
    record In(String snapshot, long step, Instant at, List<Event> events) {

        In {
            events = List.copyOf(events);
        }
    }

    /** @param what as {@code champion}, {@code candidate at 5 %}, or {@code rollback: …} */
    record Event(Instant at, String what) {}
}
