package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import java.util.Set;

/** Helicone's exports, and other logs of both bodies: {@code request_body} and {@code response_body}. */
final class Helicone implements Shape {

    private static final Set<String> HARMLESS = Set.of(
            "request_path",
            "response_id",
            "helicone_user",
            "model_override",
            "request_model",
            "response_model",
            "prompt_cache_write_tokens",
            "prompt_cache_read_tokens",
            "country_code",
            "target_url",
            "cache_enabled",
            "signed_body_url",
            "request_feedback",
            "feedback_rating",
            "scores",
            "assets",
            "time_to_first_token",
            "streamed_data",
            "llmSchema",
            "cache_reference_id",
            "costUSD",
            "ai_gateway_body_mapping");

    @Override
    public boolean matches(Field line) {
        return line.has("request_body");
    }

    @Override
    public void read(Field line, Call call) {
        Requests.read(line.get("request_body"), call);
        Answers.read(line.get("response_body"), call);
        call.metadata(line.get("properties"));
        line.ignore(HARMLESS);
    }
}
