package io.stillstream.producer.parsing.shape;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.PythonString;
import io.stillstream.producer.parsing.field.StrictJson;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line of text that vLLM logs of a request: {@code Received request ID: prompt: '…', params: SamplingParams(…)}. It becomes
 * the object that the same request is in a log of JSON. The answer is not in it.
 */
public final class VllmRequestLine {

    private static final Pattern REQUEST =
            Pattern.compile("(?:Received request (\\S+):|Request (\\S+) details:) prompt: (?=['\"])");
    private static final String PARAMETERS = ", params: SamplingParams(";
    private static final Pattern END = Pattern.compile("\\)(?=, \\w+: |\\.?$)");
    private static final Pattern PARAMETER =
            Pattern.compile("(\\w+)=(-?\\d+(?:\\.\\d+)?(?:e-?\\d+)?|True|False)(?=[,)])");

    private VllmRequestLine() {}

    /** Empty where the text is no such line. */
    public static Optional<ObjectNode> read(String text) {
        Matcher request = REQUEST.matcher(text);
        if (!request.find()) {
            return Optional.empty();
        }
        return PythonString.at(text, request.end()).map(prompt -> {
            ObjectNode line = StrictJson.object();
            line.put("request_id", request.group(1) == null ? request.group(2) : request.group(1));
            line.put("prompt", prompt.text());
            ObjectNode parameters = line.putObject("sampling_params");
            if (text.startsWith(PARAMETERS, prompt.end())) {
                parameters(text.substring(prompt.end() + PARAMETERS.length()), parameters);
            }
            return line;
        });
    }

    /** Numbers and truths; the others are as vLLM has them by itself, or a text that may look like anything. */
    private static void parameters(String text, ObjectNode into) {
        Matcher end = END.matcher(text);
        Matcher parameter = PARAMETER.matcher(end.find() ? text.substring(0, end.end()) : text);
        while (parameter.find()) {
            String value = parameter.group(2);
            if (value.equals("True") || value.equals("False")) {
                into.put(parameter.group(1), value.equals("True"));
            } else {
                into.put(parameter.group(1), new BigDecimal(value));
            }
        }
    }
}
