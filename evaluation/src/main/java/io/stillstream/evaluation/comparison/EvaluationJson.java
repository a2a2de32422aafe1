package io.stillstream.evaluation.comparison;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.comparison.EvaluationResult.Answer;
import io.stillstream.evaluation.comparison.EvaluationResult.Row;
import io.stillstream.evaluation.comparison.EvaluationResult.StudentCounts;
import io.stillstream.evaluation.measure.Metric;
import io.stillstream.statistics.Interval;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** An evaluation for programs. */
public final class EvaluationJson {

    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

    private EvaluationJson() {}

    /** @param settings under which it came about, by name */
    public static void write(EvaluationResult result, Map<String, Object> settings, Path file) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        ObjectNode input = node.putObject("input");
        input.put("file", result.file().toString()).put("sha256", result.sha256());
        if (result.text() != null) {
            input.put("text", result.text().toString());
        }
        node.put("records", result.records())
                .put("without_text", result.withoutText())
                .put("compared", result.compared())
                .put("answered", result.answered());
        node.set("settings", JSON.valueToTree(settings));
        Interval teacher = result.teacherBitsPerByte();
        if (teacher != null) {
            put(node.putObject("teacher"), Metric.BITS_PER_BYTE.key(), teacher);
        }
        result.rows().forEach(row -> put(node.withArray("results").addObject(), row));
        result.rows().stream().skip(1).forEach(row -> {
            ObjectNode difference = node.withArray("differences").addObject();
            difference
                    .put("name", row.name())
                    .put("baseline", result.rows().get(0).name());
            put(difference.putObject("figures"), row.comparison().differences());
        });
        try {
            Files.writeString(file, PRETTY.writeValueAsString(node) + "\n");
        } catch (IOException e) {
            throw new EvaluationException("the evaluation could not be written to " + file + ": " + e, e);
        }
    }

    /** The students' answers, one a line, in the form in which {@link Predictions} are read. */
    public static void writeAnswers(EvaluationResult result, Path file) {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (Row row : result.rows()) {
                for (Answer answer : row.answers()) {
                    if (!answer.references().isEmpty()) {
                        ObjectNode line = JSON.createObjectNode();
                        line.put("student", row.name()).put("id", answer.id());
                        line.put("prediction", answer.prediction());
                        answer.references().forEach(line.putArray("references")::add);
                        writer.write(JSON.writeValueAsString(line));
                        writer.newLine();
                    }
                }
            }
        } catch (IOException e) {
            throw new EvaluationException("the answers could not be written to " + file + ": " + e, e);
        }
    }

    private static void put(ObjectNode node, Row row) {
        node.put("name", row.name());
        StudentCounts student = row.student();
        if (student != null) {
            node.put("directory", student.directory().toString())
                    .put("weights_sha256", student.weights())
                    .put("tokenizer_sha256", student.tokenizer())
                    .put("tokens", student.tokens())
                    .put("bytes", student.bytes())
                    .put("truncated", student.truncated());
            ObjectNode refused = node.putObject("refused");
            new TreeMap<>(student.refused()).forEach((reason, count) -> refused.put(reason.name(), count));
        }
        put(node.putObject("figures"), row.comparison().figures());
    }

    private static void put(ObjectNode node, Map<Metric, Interval> figures) {
        figures.forEach((metric, interval) -> put(node, metric.key(), interval));
    }

    private static void put(ObjectNode node, String name, Interval interval) {
        ObjectNode figure = node.putObject(name);
        figure.put("value", interval.value());
        // Where no draw had the figure there is no interval, and JSON has no NaN.
        if (!Double.isNaN(interval.low())) {
            figure.put("low", interval.low()).put("high", interval.high());
        }
    }
}
