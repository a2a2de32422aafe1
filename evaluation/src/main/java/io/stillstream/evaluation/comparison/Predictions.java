package io.stillstream.evaluation.comparison;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.evaluation.EvaluationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Texts that somebody else predicted, to be scored without a model. */
public record Predictions(Path file, String sha256, List<String> texts, List<List<String>> references) {

    private record Line(String prediction, List<String> references) {}

    public Predictions {
        texts = List.copyOf(texts);
        references = List.copyOf(references);
        if (texts.isEmpty()) {
            throw new EvaluationException(file + " has no predictions; expected at least one");
        }
    }

    /**
     * JSON lines with a {@code prediction} and a {@code reference} or {@code references}.
     *
     * @param limit the first so many; 0 for all
     * @throws EvaluationException when the file or a line of it is no such thing
     */
    public static Predictions read(Path path, int limit) {
        InputFile file = InputFile.of(path);
        List<Line> lines = file.lines(limit, (node, number) -> line(node));
        return new Predictions(
                path,
                file.sha256(),
                lines.stream().map(Line::prediction).toList(),
                lines.stream().map(Line::references).toList());
    }

    private static Line line(ObjectNode node) {
        List<String> references = new ArrayList<>();
        if (node.hasNonNull("reference")) {
            references.add(text(node.get("reference"), "reference"));
        }
        for (JsonNode reference : node.path("references")) {
            references.add(text(reference, "an element of references"));
        }
        if (references.isEmpty()) {
            throw new ContractException(
                    "the prediction has no reference; expected a string 'reference' or an array 'references'");
        }
        return new Line(text(node.path("prediction"), "prediction"), references);
    }

    private static String text(JsonNode node, String what) {
        if (!node.isTextual()) {
            throw new ContractException(what + " is " + node.getNodeType() + "; expected a string");
        }
        return node.textValue();
    }
}
