package io.stillstream.pipeline.terminal;

import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.trainer.heldout.HeldOutEvaluation;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.report.Waiting;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints the outcome of a run: figures before and after training, and where the files are. */
public final class Report {

    private static final int LABEL_WIDTH = 12;

    private Report() {}

    /** @param cluster the options of a command that reads the same topics */
    public static void print(Pipeline.Result result, String cluster, PrintStream out) {
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
                "%,d sent, %,d of them held out, %s rejected",
                result.producer().sent(),
                result.producer().heldOut(),
                count(result.producer().deadLetters(), "line", "lines"));
        TrafficSummary.rejections(result.producer(), out);
        if (progress.scoredPrompts() > 0
                || result.trainer().steps() > 0
                || result.producer().sent() > 0) {
            line(
                    out,
                    "scored",
                    "%s, %s",
                    count(progress.scoredPrompts(), "response", "responses"),
                    count(progress.scoredTokens(), "token", "tokens"));
            trained(result.trainer(), result.unscored(), out);
        }
        long later = progress.deadLetters() - result.producer().deadLetters();
        if (later > 0) {
            line(
                    out,
                    "rejected",
                    "%s that the scorer or the trainer could not use",
                    count(later, "prompt or response", "prompts or responses"));
        }
        TrafficSummary.remarks(result.producer(), progress.deadLetters(), cluster, out);
        out.flush();
    }

    /** What a trainer alone has done. */
    public static void print(TrainingReport trainer, PrintStream out) {
        trained(trainer, 0, out);
        out.flush();
    }

    private static void trained(TrainingReport trainer, long unscored, PrintStream out) {
        line(
                out,
                "trained",
                "%s on %s, %s",
                count(trainer.steps(), "step", "steps"),
                count(trainer.records(), "response", "responses"),
                count(trainer.tokens(), "token", "tokens"));
        line(out, "", "%,.0f tokens/s while training", trainer.tokensPerSecond());
        waiting(out, trainer.waiting(), unscored);
        evaluation(out, trainer.baseline(), trainer.trained());
        LabelledLine.printWhole(
                out,
                LABEL_WIDTH,
                "snapshot",
                trainer.trainedStudent()
                        .map(Object::toString)
                        .orElse(
                                trainer.steps() == 0
                                        ? "none: no optimizer step was taken"
                                        : "none: training went back to its beginning"));
    }

    private static void waiting(PrintStream out, Waiting waiting, long unscored) {
        if (unscored > 0) {
            line(out, "waiting", "%s to be scored", count(unscored, "prompt", "prompts"));
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
                "%s never trained on (teacher: %.3f bits/byte)",
                count(after.records(), "response", "responses"),
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

    private static String count(long count, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }

    private static void line(PrintStream out, String label, String format, Object... values) {
        LabelledLine.print(out, LABEL_WIDTH, label, String.format(Locale.ROOT, format, values));
    }
}
