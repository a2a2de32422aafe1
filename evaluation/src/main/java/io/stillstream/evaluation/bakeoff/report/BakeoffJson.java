package io.stillstream.evaluation.bakeoff.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.stillstream.evaluation.EvaluationException;

/** A report as JSON, for other programs: every number there is. */
public final class BakeoffJson {

    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private BakeoffJson() {}

    public static String of(BakeoffReport report) {
        try {
            return JSON.writeValueAsString(report) + "\n";
        } catch (JsonProcessingException e) {
            throw new EvaluationException("the report of the bake-off could not be written: " + e.getMessage(), e);
        }
    }
}
