package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import java.util.Set;

/** Langfuse's observations, and what other tracers name {@code input} and {@code output}. */
final class Langfuse implements Shape {

    private static final Set<String> HARMLESS = Set.of(
            "parentObservationId",
            "parent_observation_id",
            "observationId",
            "promptId",
            "promptName",
            "promptVersion",
            "modelId",
            "internalModelId",
            "inputPrice",
            "outputPrice",
            "totalPrice",
            "calculatedInputCost",
            "calculatedOutputCost",
            "calculatedTotalCost",
            "timeToFirstToken",
            "unit",
            "projectId",
            "project_id",
            "release",
            "bookmarked",
            "public",
            "htmlPath",
            "scores",
            "inputUsage",
            "outputUsage",
            "totalUsage");

    @Override
    public boolean matches(Field line) {
        boolean responses =
                line.has("instructions") || line.get("object").peek().equals("response");
        return (line.has("inputs") && line.has("outputs"))
                || (line.has("input") && !line.has("messages") && !responses && (line.has("output") || traced(line)));
    }

    private static boolean traced(Field line) {
        return line.has("traceId")
                || line.has("startTime")
                || line.has("modelParameters")
                || line.get("type").isText();
    }

    @Override
    public void read(Field line, Call call) {
        Requests.read(line.first("input", "inputs"), call);
        Field parameters = line.first("modelParameters", "model_parameters").unpacked();
        if (parameters.isObject()) {
            Requests.parameters(parameters, call);
        }
        Answers.read(line.first("output", "outputs"), call);
        call.finishReason(line.first("finish_reason", "finishReason"));
        line.ignore(HARMLESS);
    }
}
