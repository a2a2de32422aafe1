package io.stillstream.evaluation.measure;

import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.evaluation.measure.TextEvaluation.Measured;
import io.stillstream.evaluation.score.TaskScore;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.Bootstrap.Statistic;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What evaluations of single records come to, as functions of how often each record counts. */
public final class Figures {

    private static final double NATS_PER_BIT = Math.log(2);

    private Figures() {}

    /** Of what a student made of the records' texts. */
    public static Map<Metric, Statistic> ofTexts(List<Measured> records) {
        double[] nats = each(records, Measured::nats);
        Map<Metric, Statistic> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.LOSS, Bootstrap.ratioOf(nats, each(records, Measured::tokens)));
        figures.put(
                Metric.BITS_PER_BYTE,
                Bootstrap.ratioOf(
                        each(records, record -> record.nats() / NATS_PER_BIT), each(records, Measured::bytes)));
        figures.put(
                Metric.TEACHER_AGREEMENT,
                Bootstrap.ratioOf(
                        each(records, record -> record.agreement().agreed()),
                        each(records, record -> record.agreement().positions())));
        figures.put(Metric.EXPECTED_CALIBRATION_ERROR, calibrationError(records));
        return figures;
    }

    /**
     * Mean scores of answers.
     *
     * @param answers one a record
     * @param references for each record those it is compared with; a record without any does not count
     */
    public static Map<Metric, Statistic> ofAnswers(
            List<TaskScore> scores, List<String> answers, List<List<String>> references) {
        double[] counted = each(references, list -> list.isEmpty() ? 0 : 1);
        Map<Metric, Statistic> figures = new EnumMap<>(Metric.class);
        for (TaskScore score : scores) {
            double[] values = new double[answers.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = references.get(i).isEmpty() ? 0 : score.of(answers.get(i), references.get(i));
            }
            figures.put(Metric.of(score), Bootstrap.ratioOf(values, counted));
        }
        return figures;
    }

    /** The teacher's own bits per byte on its whole responses. */
    public static Statistic ofTeacher(List<TeacherTokens> responses) {
        return Bootstrap.ratioOf(
                each(responses, response -> {
                    double nats = 0;
                    for (int t = 0; t < response.textCount(); t++) {
                        nats -= response.logProbability(t);
                    }
                    return nats / NATS_PER_BIT;
                }),
                each(responses, response -> response.end(response.count() - 1)));
    }

    private static Statistic calibrationError(List<Measured> records) {
        List<Calibration> calibrations =
                records.stream().map(Measured::calibration).toList();
        return counts -> {
            double[] gaps = new double[Calibration.BINS];
            long tokens = 0;
            for (int i = 0; i < counts.length; i++) {
                Calibration calibration = calibrations.get(i);
                for (int bin = 0; bin < gaps.length; bin++) {
                    gaps[bin] += counts[i] * calibration.gap(bin);
                }
                tokens += (long) counts[i] * calibration.tokens();
            }
            double error = 0;
            for (double gap : gaps) {
                error += Math.abs(gap);
            }
            return error / tokens;
        };
    }

    private static <T> double[] each(List<T> records, ToDoubleFunction<T> value) {
        return records.stream().mapToDouble(value).toArray();
    }
}
