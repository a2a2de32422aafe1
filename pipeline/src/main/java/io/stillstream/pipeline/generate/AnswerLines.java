package io.stillstream.pipeline.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.util.List;

/** A prompt and its answer as a line of traffic, which {@code run}, {@code evaluate} and {@code pretrain} read. */
public final class AnswerLines {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What of a prompt asks for an answer. */
    private static final List<String> QUESTION = List.of("id", "prompt", "messages", "tools", "documents");

    private AnswerLines() {}

    /** JSON on one line, without its line break. */
    public static String of(Prompt prompt, AnsweringModel.Answer answer) {
        try {
            ObjectNode line = (ObjectNode) JSON.readTree(PromptCodec.encode(prompt.withResponse(null)));
            line.retain(QUESTION);
            line.put("response", answer.text());
            line.put("finish_reason", answer.finishReason().label());
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new PipelineException("prompt '" + prompt.id() + "' could not be written as JSON", e);
        } catch (IOException e) {
            throw new PipelineException("prompt '" + prompt.id() + "' could not be read again: " + e, e);
        }
    }
}
