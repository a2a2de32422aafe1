package io.stillstream.pipeline.trace;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.source.SourceLine;
import io.stillstream.contract.text.Printable;
import io.stillstream.pipeline.deadletters.StoredDeadLetter;
import io.stillstream.pipeline.trace.Trace.Asked;
import io.stillstream.pipeline.trace.Trace.In;
import io.stillstream.pipeline.trace.Trace.Scored;
import io.stillstream.pipeline.trace.Trace.TracedPrompt;
import io.stillstream.trainer.offsets.Disposition;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A trace for people: a line for each thing that happened. */
final class TraceView {

    private static final int LABEL = 13;
    private static final int SHORT_HASH = 12;

    private final PrintWriter out;
    private final boolean texts;

    /** @param texts whether the words of prompts and answers are shown */
    TraceView(PrintWriter out, boolean texts) {
        this.out = out;
        this.texts = texts;
    }

    void print(Trace trace) {
        boolean first = true;
        for (TracedPrompt prompt : trace.prompts()) {
            if (!first) {
                out.println();
            }
            first = false;
            print(prompt, trace.ledger());
        }
        trace.letters().forEach(this::letter);
        trace.outcomes().forEach(this::outcome);
    }

    private void print(TracedPrompt traced, boolean ledger) {
        line("prompt", traced.id());
        Asked asked = traced.asked();
        if (asked == null) {
            line("captured", "no longer on its topic");
        } else {
            asked(asked);
        }
        traced.letters().forEach(this::letter);
        if (traced.scored().isEmpty() && traced.letters().isEmpty()) {
            line("scored", "not yet");
        }
        traced.scored().forEach(one -> scored(one, ledger));
    }

    private void asked(Asked asked) {
        Prompt prompt = asked.prompt();
        line("conversation", prompt.conversationId());
        String model = prompt.production().model();
        line(
                "captured",
                prompt.createdAt().truncatedTo(ChronoUnit.MILLIS) + ", tenant " + prompt.tenant()
                        + (model == null ? "" : ", model " + model) + ", " + asked.place());
        SourceLine line = asked.line();
        if (line != null) {
            line("read from", line.source() + ", line " + line.number());
        }
        Response response = prompt.response();
        line("answered by", response == null ? "the teacher, when it is scored" : TraceJson.author(response));
        Map<String, Integer> redacted = Placeholders.of(prompt);
        line(
                "redacted",
                redacted.isEmpty()
                        ? "nothing"
                        : redacted.entrySet().stream()
                                .map(type -> type.getValue() + " " + type.getKey())
                                .collect(Collectors.joining(", ")));
        line("split", prompt.split() == Split.HELD_OUT ? "held out: never trained on" : "to train on");
        if (texts) {
            text("asked", TraceTexts.of(prompt.input()));
            if (response != null) {
                text("answer", response.message().said());
            }
        }
    }

    private void scored(Scored scored, boolean ledger) {
        Duration after =
                Duration.between(scored.targets().createdAt(), scored.targets().scoredAt());
        String weights = scored.targets().teacher().weights();
        line(
                "scored",
                String.format(
                        Locale.ROOT,
                        "%s, %.1f s after it was asked, by %s (%s), %,d tokens, %s",
                        scored.targets().scoredAt().truncatedTo(ChronoUnit.MILLIS),
                        after.toMillis() / 1000.0,
                        scored.targets().teacher().name(),
                        weights.substring(0, Math.min(SHORT_HASH, weights.length())),
                        scored.targets().tokens().count(),
                        scored.place()));
        if (texts) {
            text("scored text", scored.targets().responseText());
        }
        if (!ledger) {
            line("trained on", "not known here: --data names the trainer's data directory, which has the ledger");
        } else if (scored.uses().isEmpty()) {
            line("trained on", "not yet");
        }
        scored.uses()
                .forEach(use -> line(
                        "trained on",
                        words(use.disposition()) + ", step " + String.format(Locale.ROOT, "%,d", use.step())
                                + (use.live() ? "" : ", on a branch that a rewind abandoned")));
        snapshots(scored.snapshots());
    }

    private static String words(Disposition disposition) {
        return switch (disposition) {
            case TRAINED -> "yes";
            case HELD_OUT -> "no: held out";
            case BEYOND_SHARE -> "no: beyond the share of students' texts";
            case REJECTED -> "no: rejected";
            case POISON -> "no: poison";
            case SKIPPED -> "no: quarantined";
            case DELETED -> "no: deleted from the topic before";
            case END_OF_SOURCE, NO_RECORD -> "no";
        };
    }

    private void snapshots(List<In> snapshots) {
        if (snapshots.isEmpty()) {
            line("snapshots", "in none that was published");
            return;
        }
        line(
                "snapshots",
                String.format(
                        Locale.ROOT,
                        "first %s, %s; %,d in all",
                        snapshots.get(0).snapshot(),
                        snapshots.get(0).at().truncatedTo(ChronoUnit.SECONDS),
                        snapshots.size()));
        boolean any = false;
        for (In in : snapshots) {
            for (Trace.Event event : in.events()) {
                line(
                        any ? "" : "served",
                        event.at().truncatedTo(ChronoUnit.SECONDS) + " " + in.snapshot() + " " + event.what());
                any = true;
            }
        }
        if (!any) {
            line("served", "by no rollout");
        }
    }

    private void letter(StoredDeadLetter letter) {
        line(
                "dead letter",
                letter.code() + " at " + letter.time().truncatedTo(ChronoUnit.SECONDS) + ", of " + letter.from()
                        + " (dead-letters " + letter.id() + "): " + letter.detail());
    }

    private void outcome(ServedOutcome outcome) {
        line(
                "call",
                outcome.at().truncatedTo(ChronoUnit.MILLIS) + ", "
                        + outcome.arm().label()
                        + (outcome.snapshot().isEmpty() ? "" : " " + outcome.snapshot())
                        + (outcome.shadow() ? ", a copy" : "")
                        + (outcome.isOk() ? ", answered" : ", failed: " + outcome.failure()) + " after "
                        + outcome.totalMillis() + " ms");
    }

    private void line(String label, Object value) {
        out.printf(Locale.ROOT, "%-" + LABEL + "s %s%n", label, Printable.line(value.toString()));
    }

    private void text(String label, String text) {
        String indent = " ".repeat(LABEL + 1);
        out.printf(
                Locale.ROOT,
                "%-" + LABEL + "s %s%n",
                label,
                Printable.text(text).replace("\n", "\n" + indent));
    }
}
