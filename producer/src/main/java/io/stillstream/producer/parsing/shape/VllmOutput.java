package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import java.util.Set;

/** What vLLM knows of a request, logged as JSON: the prompt as the template worded it, the parameters and the outputs. */
final class VllmOutput implements Shape {

    private static final Set<String> HARMLESS = Set.of(
            "prompt_token_ids",
            "prompt_logprobs",
            "finished",
            "metrics",
            "lora_request",
            "num_cached_tokens",
            "encoder_prompt",
            "encoder_prompt_token_ids",
            "multi_modal_placeholders",
            "kv_transfer_params",
            "arrival_time");

    @Override
    public boolean matches(Field line) {
        return line.has("prompt") && (line.get("outputs").isArray() || line.has("sampling_params"));
    }

    @Override
    public void read(Field line, Call call) {
        call.text(line.get("prompt").text());
        Requests.sampling(line.first("sampling_params", "params").unpacked(), call);
        if (line.has("outputs")) {
            Answers.outputs(line.get("outputs"), call);
        } else {
            OneObject.answer(line, call);
        }
        line.ignore(HARMLESS);
    }
}
