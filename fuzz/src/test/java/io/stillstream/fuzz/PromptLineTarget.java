package io.stillstream.fuzz;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.source.Line;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** A line of traffic: it becomes prompts that the wire holds as they are, or a rejection; nothing is thrown. */
final class PromptLineTarget implements FuzzTarget {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

    private final PromptParser parser =
            new PromptParser("fuzz.jsonl", TrafficConfig.reading("fuzz.jsonl"), CLOCK, new UnknownFields());

    /** An exception that this target never throws. */
    private static final class NoException extends RuntimeException {}

    @Override
    public Promise promise() {
        return Promise.usual(NoException.class);
    }

    @Override
    public void read(byte[] input) {
        Outcome<List<Prompt>> outcome = parser.parse(new Line(1, input, input.length));
        if (outcome instanceof Outcome.Rejected<List<Prompt>> rejected) {
            Promise.requireSentence(rejected.rejection().detail());
        } else if (outcome instanceof Outcome.Accepted<List<Prompt>> accepted) {
            for (Prompt prompt : accepted.value()) {
                Promise.require(
                        PromptCodec.decode(PromptCodec.encode(prompt)).equals(prompt),
                        "the wire changes the prompt " + prompt);
            }
        }
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                        {"id":"1","messages":[{"role":"user","content":"a"}],"response":"b","created_at":1700000000}""", """
                        {"request":{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]},\
                        "response":{"choices":[{"index":0,"message":{"role":"assistant","content":"b"},\
                        "finish_reason":"stop"}]}}""", """
                        {"custom_id":"c","body":{"messages":[{"role":"user","content":"a"}],"stream":true},\
                        "response":{"status_code":200,"body":"data: {\\"choices\\":[{\\"delta\\":{\\"content\\":\
                        \\"b\\"}}]}\\n\\ndata: [DONE]\\n"}}""", """
                        {"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}""", """
                        {"instruction":"a","input":"","output":"b"}""", """
                        {"system":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":\
                        [{"type":"tool_use","id":"t","name":"f","input":{"x":1e400}}]}],"max_tokens":1,\
                        "tools":[{"name":"f","input_schema":{}}],"metadata":{"k":null}}""", """
                        {"prompt":"a","completion":"b","temperature":0.70,"timestamp":"2026-01-31T12:00:00.5+01:00"}""").stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public List<String> words() {
        return List.of(
                "\"messages\"",
                "\"role\"",
                "\"content\"",
                "\"user\"",
                "\"assistant\"",
                "\"tool\"",
                "\"tool_calls\"",
                "\"function\"",
                "\"arguments\"",
                "\"request\"",
                "\"response\"",
                "\"body\"",
                "\"choices\"",
                "\"delta\"",
                "\"input\"",
                "\"output\"",
                "\"created\"",
                "\"finish_reason\"",
                "\"metadata\"",
                "\"tools\"",
                "\"conversation_id\"",
                "\"documents\"",
                "\\ud800",
                "1e999999999",
                "\"usage\"");
    }
}
