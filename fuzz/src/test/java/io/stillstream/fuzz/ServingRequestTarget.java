package io.stillstream.fuzz;

import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.request.ChatRequest;
import io.stillstream.serving.api.request.CompletionRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** What callers of the served student send. */
final class ServingRequestTarget implements FuzzTarget {

    private static final int MOST_CHOICES = 8;

    private final Consumer<byte[]> reader;
    private final String seed;

    private ServingRequestTarget(Consumer<byte[]> reader, String seed) {
        this.reader = reader;
        this.seed = seed;
    }

    static ServingRequestTarget chat() {
        return new ServingRequestTarget(
                body -> {
                    ChatRequest request = ChatRequest.read(body, MOST_CHOICES);
                    Promise.require(!request.chat().messages().isEmpty(), "a chat without messages");
                },
                """
            {"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"a"}]},\
            {"role":"user","content":"b"}],"max_completion_tokens":9,"temperature":0.5,"top_p":0.9,"seed":3,\
            "stop":["x"],"n":2,"logprobs":true,"top_logprobs":2,"stream":true,"stream_options":{"include_usage":true}}""");
    }

    static ServingRequestTarget completion() {
        return new ServingRequestTarget(
                body -> {
                    CompletionRequest request = CompletionRequest.read(body, MOST_CHOICES);
                    int answers = request.prompts().size() * request.options().choices();
                    Promise.require(answers >= 1 && answers <= MOST_CHOICES, answers + " answers");
                },
                """
            {"model":"m","prompt":["a","b"],"max_tokens":9,"temperature":0.5,"stop":"x","n":2,"logprobs":2}""");
    }

    @Override
    public Promise promise() {
        return Promise.usual(ApiException.class);
    }

    @Override
    public void read(byte[] input) {
        reader.accept(input);
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(seed.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
        return List.of(
                "null", "\"tools\"", "\"refusal\"", "\\ud800", "1e999", "-1", "[[1]]", "{}", "9223372036854775808");
    }
}
