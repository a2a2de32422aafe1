package io.stillstream.fuzz;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.ContractException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A record of the topic of prompts: a prompt that is written and read again is the same. */
final class PromptRecordTarget implements FuzzTarget {

    @Override
    public Promise promise() {
        return Promise.usual(ContractException.class);
    }

    @Override
    public void read(byte[] input) {
        Prompt prompt = PromptCodec.decode(input);
        Prompt again;
        try {
            again = PromptCodec.decode(PromptCodec.encode(prompt));
        } catch (ContractException e) {
            throw new AssertionError("a prompt that was read is not written", e);
        }
        Promise.require(again.equals(prompt), "the wire changes the prompt " + prompt + " to " + again);
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                        {"version":2,"id":"1","conversation_id":"c","messages":[{"role":"user","content":"a"}],\
                        "response":{"message":{"role":"assistant","content":"b"},"finish_reason":"stop","index":0,\
                        "source":"PRODUCTION"},"tenant":"t","created_at":"2026-01-31T12:00:00Z","split":"TRAIN",\
                        "model":"m","sampling":{"temperature":0.70,"stop":["x"]},"metadata":{"k":"v"}}""", """
                        {"id":"1","prompt":"a","response":"b","reference":"c","metadata":{"a":1.50,"b":[1,{"c":2}]}}""", """
                        {"id":"1","messages":[{"role":"system","content":[{"type":"text","text":"s"}]},{"role":"user",\
                        "content":"a","name":"n"},{"role":"assistant","content":null,"tool_calls":[{"id":"i","type":\
                        "function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"i",\
                        "content":"r"},{"role":"assistant","content":"so"}],"tools":[{"type":"function"}],\
                        "documents":[{"title":"d"}],"continue_final_message":true}""").stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public List<String> words() {
        return List.of(
                "\"version\"",
                "\"messages\"",
                "\"role\"",
                "\"content\"",
                "\"tool_calls\"",
                "\"function\"",
                "\"arguments\"",
                "\"response\"",
                "\"message\"",
                "\"index\"",
                "\"source\"",
                "\"STUDENT\"",
                "\"snapshot\"",
                "\"created_at\"",
                "\"split\"",
                "\"HELD_OUT\"",
                "\"sampling\"",
                "\"metadata\"",
                "\"tools\"",
                "\"documents\"",
                "\"continue_final_message\"",
                "\"refusal\"",
                "\"reasoning_content\"",
                "\\ud800",
                "1e999999999",
                "\"finish_reason\"",
                "\"length\"");
    }
}
