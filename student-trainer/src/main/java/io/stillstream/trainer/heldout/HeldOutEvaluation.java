package io.stillstream.trainer.heldout;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a student does on held-out responses. Losses are over the text of the responses, given their prompts; the end of a
 * text, which no byte stands for, is not counted.
 *
 * @param records responses evaluated
 * @param loss nats per student token
 * @param bitsPerByte the same loss per UTF-8 byte, which compares across tokenizers
 * @param teacherBitsPerByte the teacher's own loss on the same responses
 * @param teacherLead by how many bits per byte the teacher predicts those responses better that neither it nor a student
 *     wrote; NaN where there are none. See {@link TeacherLead}
 * @param teacherAgreement of the positions where a token of the student and one of the teacher start at the same byte,
 *     the share at which their most probable tokens agree; NaN where there is no such position. See {@link Agreement}
 */
public record HeldOutEvaluation(
        int records,
        double loss,
        double bitsPerByte,
        double teacherBitsPerByte,
        double teacherLead,
        double teacherAgreement) {

    public double perplexity() {
        return Math.exp(loss);
    }

    /** For a log line. */
    public String summary() {
        return String.format(
                Locale.ROOT,
                "held-out loss %.4f nats per token, %.4f bits per byte (teacher %.4f), agreement %.3f, %d records",
                loss,
                bitsPerByte,
                teacherBitsPerByte,
                teacherAgreement,
                records);
    }

    /** By the names that manifests use, those that are finite. */
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("held_out_records", (double) records);
        figures.put("held_out_loss", loss);
        figures.put("held_out_perplexity", perplexity());
        figures.put("held_out_bits_per_byte", bitsPerByte);
        figures.put("held_out_teacher_bits_per_byte", teacherBitsPerByte);
        figures.put("held_out_teacher_lead", teacherLead);
        figures.put("held_out_teacher_agreement", teacherAgreement);
        figures.values().removeIf(value -> !Double.isFinite(value));
        return figures;
    }
}
