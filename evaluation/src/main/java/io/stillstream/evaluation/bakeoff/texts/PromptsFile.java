package io.stillstream.evaluation.bakeoff.texts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prompts of a file, one a line, as they would lie in the topic; a prompt without an id has its line's number as one. */
final class PromptsFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private PromptsFile() {}

    /** @throws EvaluationException naming the line that is none, or repeats an id */
    static List<Prompt> read(Path file) {
        List<String> lines = lines(file);
        List<Prompt> prompts = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        for (int number = 1; number <= lines.size(); number++) {
            if (lines.get(number - 1).isBlank()) {
                continue;
            }
            Prompt prompt = prompt(file, number, lines.get(number - 1));
            Integer before = numbers.put(prompt.id(), number);
            if (before != null) {
                throw new EvaluationException(file + ", lines " + before + " and " + number + ": both have the id '"
                        + prompt.id() + "'; expected an id once");
            }
            prompts.add(prompt);
        }
        if (prompts.isEmpty()) {
            throw new EvaluationException(file + " holds no prompts; expected one a line");
        }
        return prompts;
    }

    private static Prompt prompt(Path file, int number, String line) {
        try {
            JsonNode node = JSON.readTree(line);
            if (node instanceof ObjectNode object && !object.hasNonNull("id")) {
                object.put("id", "line-" + number);
            }
            return PromptCodec.decode(JSON.writeValueAsBytes(node));
        } catch (ContractException e) {
            throw new EvaluationException(file + ", line " + number + ": " + e.getMessage(), e);
        } catch (JsonProcessingException e) {
            throw new EvaluationException(file + ", line " + number + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new EvaluationException(file + " could not be read: " + e, e);
        }
    }
}
