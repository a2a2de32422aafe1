package io.stillstream.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.FinishReason;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.Response;
import io.stillstream.monitoring.CaptureDrop;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.redaction.RedactionKey;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams are joined to what the model said, however they are cut and written; and as far as they came where they broke off. */
class StreamedAnswersTest {

    private static final int STREAMS = 300;
    private static final Clock CLOCK = Clock.fixed(TestingCalls.STARTED.plusSeconds(1), ZoneOffset.UTC);

    private final CallReader reader = reader();

    private static CallReader reader() {
        CaptureConfig config = TestingConfig.keepingPartialAnswers();
        var identity = new CallIdentity(RedactionKey.ofText("a key for tests"), config.headers(), 1);
        return new CallReader(
                config,
                identity,
                new CallHistory(identity, Duration.ZERO, CLOCK),
                new TenantRates(0, CLOCK),
                PromptParser.ofCalls(0.1, CLOCK, new UnknownFields()));
    }

    static Stream<Long> seeds() {
        return LongStream.range(0, STREAMS / 10).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whole_everyApi_saysWhatWasSaid(long seed) {
        for (long stream = 10 * seed; stream < 10 * seed + 10; stream++) {
            assertJoined(RandomStream.chat(stream), "/v1/chat/completions");
            assertJoined(RandomStream.anthropic(stream), "/v1/messages");
            assertJoined(RandomStream.responses(stream), "/v1/responses");
        }
    }

    private void assertJoined(RandomStream stream, String path) {
        String wire = stream.wire();
        ReadCall read = read(wire.getBytes(StandardCharsets.UTF_8), CallEnd.COMPLETE);
        assertThat(read).as("%s of %s", path, wire).isInstanceOf(ReadCall.Prompts.class);
        List<Prompt> prompts = ((ReadCall.Prompts) read).prompts();
        assertThat(prompts).hasSameSizeAs(stream.texts());
        for (int i = 0; i < prompts.size(); i++) {
            Response response = prompts.get(i).response();
            assertThat(response).isNotNull();
            assertThat(response.message().content().joined()).as(wire).isEqualTo(stream.text(i));
            boolean calls = i == 0 && !stream.arguments().isEmpty();
            assertThat(response.finishReason()).isEqualTo(calls ? FinishReason.TOOL_CALLS : FinishReason.STOP);
            assertThat(response.message().toolCalls()).hasSize(calls ? 1 : 0);
            if (calls) {
                assertThat(response.message().toolCalls().get(0).arguments())
                        .satisfies(found -> assertThat(found.replace(" ", ""))
                                .isEqualTo(stream.arguments().replace(" ", "")));
            }
            assertThat(prompts.get(i).metadata()).doesNotContainKey("capture.partial");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void cutAnywhere_isLearnedAsFarAsItCame(long seed) {
        var random = new Random(seed);
        for (long number = 10 * seed; number < 10 * seed + 10; number++) {
            byte[] wire = RandomStream.chat(number).wire().getBytes(StandardCharsets.UTF_8);
            byte[] cut = Arrays.copyOf(wire, random.nextInt(wire.length));
            Map<Integer, String> expected = IndependentJoiner.join(cut);

            ReadCall read = read(cut, CallEnd.UPSTREAM_FAILED);

            if (expected.isEmpty()) {
                assertThat(read).isEqualTo(new ReadCall.Dropped(CaptureDrop.PARTIAL));
                continue;
            }
            assertThat(read).as(new String(cut, StandardCharsets.UTF_8)).isInstanceOf(ReadCall.Prompts.class);
            Map<Integer, String> joined = new TreeMap<>();
            for (Prompt prompt : ((ReadCall.Prompts) read).prompts()) {
                Response response = prompt.response();
                assertThat(response).isNotNull();
                joined.put(response.choice(), response.message().content().joined());
                boolean partial = prompt.metadata().containsKey("capture.partial");
                assertThat(response.finishReason().endsText() || partial).isTrue();
            }
            assertThat(joined).isEqualTo(expected);
        }
    }

    private ReadCall read(byte[] wire, CallEnd end) {
        var call = new CapturedCall(
                "/v1/chat/completions",
                "up",
                Map.of(),
                null,
                new CopiedBody(TestingCalls.bytes(TestingCalls.REQUEST), true, "application/json", null),
                new CopiedBody(wire, true, "text/event-stream", null),
                200,
                end,
                TestingCalls.STARTED,
                Duration.ofMillis(5),
                Duration.ofMillis(9));
        ReadCall read = reader.read(call, "default");
        assertThat(read).isNotEqualTo(new ReadCall.Dropped(CaptureDrop.INTERNAL_ERROR));
        return read;
    }
}
