package io.stillstream.producer.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A legacy completion's chunks, one choice after the other or in turn. */
final class RandomCompletion extends RandomStream {

    RandomCompletion(long seed) {
        super(seed, true, false);
        List<ObjectNode> chunks = new ArrayList<>();
        for (int index = 0; index < texts().size(); index++) {
            List<String> pieces = pieces(texts().get(index));
            boolean endsAlone = random.nextBoolean();
            for (int i = 0; i < pieces.size(); i++) {
                boolean last = i == pieces.size() - 1 && !endsAlone;
                chunks.add(chunk(index, pieces.get(i), last ? "stop" : null));
            }
            if (endsAlone) {
                chunks.add(chunk(index, "", "stop"));
            }
        }
        if (random.nextBoolean()) {
            inTurn(chunks);
        }
        chunks.forEach(chunk -> add("", chunk));
        addDone();
    }

    @Override
    String path() {
        return "/v1/completions";
    }

    @Override
    String request() {
        return "{\"model\": \"m\", \"prompt\": \"The capital of Norway is\", \"max_tokens\": 99}";
    }

    /** Exchanges neighbours of two choices as often as there are chunks. */
    private void inTurn(List<ObjectNode> chunks) {
        for (int i = 0; chunks.size() > 1 && i < 4 * chunks.size(); i++) {
            int at = random.nextInt(chunks.size() - 1);
            if (index(chunks.get(at)) != index(chunks.get(at + 1))) {
                Collections.swap(chunks, at, at + 1);
            }
        }
    }

    private static int index(ObjectNode chunk) {
        return chunk.path("choices").path(0).path("index").asInt();
    }

    private static ObjectNode chunk(int index, String text, String finish) {
        ObjectNode chunk = JSON.createObjectNode()
                .put("id", "cmpl-0123456789abcdef")
                .put("object", "text_completion")
                .put("created", 0)
                .put("model", "m");
        chunk.putArray("choices")
                .addObject()
                .put("text", text)
                .put("index", index)
                .putNull("logprobs")
                .put("finish_reason", finish);
        return chunk;
    }
}
