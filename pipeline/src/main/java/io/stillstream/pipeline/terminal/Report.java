package io.stillstream.pipeline.terminal;

import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.loop.TrainingReport;
import io.stillstream.trainer.loop.Waiting;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints the outcome of a run: figures before and after training, and where the files are. */
public final class Report {

    private Report() {}

    public static void print(Pipeline.Result result, PrintStream out) {
        TrainingReport trainer = result.trainer();
        Progress progress = result.progress();
        out.println();
        line(
                out,
                "time",
                "%d:%02d",
                result.elapsed().toMinutes(),
                result.elapsed().toSecondsPart());
        line(
                out,
                "prompts",
                "%,d sent, %,d of them held out, %,d lines rejected",
                result.producer().sent(),
                result.producer().heldOut(),
                result.producer().deadLetters());
        TrafficSummary.rejections(result.producer(), out);
        line(out, "scored", "%,d responses, %,d tokens", progress.scoredPrompts(), progress.scoredTokens());
        line(
                out,
                "trained",
                "%,d steps on %,d responses, %,d tokens, %,.0f tok/s while training",
                trainer.steps(),
                trainer.records(),
                trainer.tokens(),
                trainer.tokensPerSecond());
        waiting(out, trainer.waiting(), result.unscored());
        evaluation(out, trainer.baseline(), trainer.trained());
        line(
                out,
                "snapshot",
                "%s",
                trainer.trainedStudent().map(Object::toString).orElse("none: no optimizer step was taken"));
        if (result.metrics() != null) {
            line(out, "metrics", "were at %s/metrics", result.metrics());
        }
        out.flush();
    }

    private static void waiting(PrintStream out, Waiting waiting, long unscored) {
        if (unscored > 0) {
            line(out, "waiting", "%,d prompts to be scored", unscored);
        }
        if (!waiting.isNothing()) {
            line(out, unscored > 0 ? "" : "waiting", "%s", waiting.summary());
        }
        if (unscored > 0 || !waiting.isNothing()) {
            line(out, "", "the next run on these topics and this data directory goes on with them");
        }
    }

    private static void evaluation(
            PrintStream out, @Nullable HeldOutEvaluation before, @Nullable HeldOutEvaluation after) {
        if (before == null || after == null) {
            line(out, "held out", "nothing: no record was held out");
            return;
        }
        line(
                out,
                "held out",
                "%d responses never trained on (teacher: %.3f bits/byte)",
                after.records(),
                after.teacherBitsPerByte());
        line(out, "  loss", "%.3f -> %.3f nats/token", before.loss(), after.loss());
        line(out, "", "%.3f -> %.3f bits/byte", before.bitsPerByte(), after.bitsPerByte());
        line(
                out,
                "  agreement",
                "%.1f%% -> %.1f%% of the teacher's first choices",
                100 * before.teacherAgreement(),
                100 * after.teacherAgreement());
    }

    private static void line(PrintStream out, String label, String format, Object... values) {
        out.printf(Locale.ROOT, "%-12s %s%n", label, String.format(Locale.ROOT, format, values));
    }
}
