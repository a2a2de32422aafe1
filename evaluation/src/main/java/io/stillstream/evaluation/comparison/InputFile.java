package io.stillstream.evaluation.comparison;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** A file to evaluate on, and the sha256 by which others know it again. */
record InputFile(Path path, String sha256) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws EvaluationException when there is no such file */
    static InputFile of(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new EvaluationException("there is no file " + path + " to evaluate on; check the path");
        }
        return new InputFile(path, Digests.sha256(path));
    }

    /**
     * The objects of a file of JSON lines; blank lines are passed over.
     *
     * @param limit the first so many; 0 for all
     * @param read makes something of an object and the number of its line, counted from 1
     */
    <T> List<T> lines(int limit, BiFunction<ObjectNode, Integer, T> read) {
        List<T> objects = new ArrayList<>();
        int number = 0;
        for (String line : lines()) {
            number++;
            if (!line.isBlank() && (limit == 0 || objects.size() < limit)) {
                objects.add(object(line, number, read));
            }
        }
        return objects;
    }

    private <T> T object(String line, int number, BiFunction<ObjectNode, Integer, T> read) {
        try {
            JsonNode node = JSON.readTree(line);
            if (!(node instanceof ObjectNode object)) {
                throw new ContractException("expected a JSON object, found " + node.getNodeType());
            }
            return read.apply(object, number);
        } catch (JsonProcessingException e) {
            throw new EvaluationException(path + ", line " + number + ": no JSON: " + e.getOriginalMessage(), e);
        } catch (ContractException e) {
            throw new EvaluationException(path + ", line " + number + ": " + e.getMessage(), e);
        }
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            throw new EvaluationException(path + " cannot be read as lines of UTF-8: " + e, e);
        }
    }
}
