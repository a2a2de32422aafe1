package io.stillstream.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.CopiedBody;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.redaction.RedactionKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Streams of the four APIs are joined to what the model said, however they are cut and written, and as far as they came where they
 * broke off: what is captured is what another joiner says. {@code -Dstillstream.capture.streams=10000} tries more than the usual.
 */
class StreamedAnswersTest {

    private static final int STREAMS = Integer.getInteger("stillstream.capture.streams", 1000);
    private static final long SEED = Long.getLong("stillstream.capture.seed", 20261128);
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

    @Test
    void whole_everyApi_saysWhatAnotherJoinerSays() throws Exception {
        for (int number = 0; number < STREAMS; number++) {
            RandomStream stream = stream(number);
            byte[] wire = stream.wire();
            String what = what(number, wire);
            IndependentJoiner.Joined expected = IndependentJoiner.join(wire);
            assertThat(List.copyOf(expected.texts().values())).as(what).isEqualTo(stream.texts());
            assertThat(expected.arguments()).as(what).isEqualTo(stream.arguments());

            boolean zipped = number % 5 == 0;
            ReadCall read = read(stream, zipped ? gzip(wire) : wire, zipped ? "gzip" : null, CallEnd.COMPLETE);

            assertThat(read).as(what).isInstanceOf(ReadCall.Prompts.class);
            assertWhole(((ReadCall.Prompts) read).prompts(), expected, what);
        }
    }

    private static void assertWhole(List<Prompt> prompts, IndependentJoiner.Joined expected, String what) {
        assertThat(texts(prompts)).as(what).isEqualTo(expected.texts());
        for (int i = 0; i < prompts.size(); i++) {
            Response response = prompts.get(i).response();
            assertThat(response).as(what).isNotNull();
            List<String> arguments = i == 0 ? expected.arguments() : List.of();
            assertThat(response.message().toolCalls())
                    .as(what)
                    .extracting(ToolCall::arguments)
                    .map(found -> found.replace(" ", ""))
                    .isEqualTo(arguments.stream()
                            .map(found -> found.replace(" ", ""))
                            .toList());
            assertThat(response.finishReason())
                    .as(what)
                    .isEqualTo(arguments.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS);
            assertThat(prompts.get(i).metadata()).as(what).doesNotContainKey("capture.partial");
        }
    }

    @Test
    void cutAnywhere_everyApi_isLearnedAsFarAsItCame() {
        for (int number = 0; number < STREAMS; number++) {
            RandomStream stream = stream(number);
            byte[] wire = stream.wire();
            byte[] cut = Arrays.copyOf(wire, new Random(SEED + number).nextInt(wire.length));
            String what = what(number, cut);
            IndependentJoiner.Joined expected = IndependentJoiner.join(cut);

            ReadCall read = read(stream, cut, null, CallEnd.UPSTREAM_FAILED);

            if (expected.texts().isEmpty()) {
                assertThat(read).as(what).isEqualTo(new ReadCall.Dropped(CaptureDrop.PARTIAL));
                continue;
            }
            assertThat(read).as(what).isInstanceOf(ReadCall.Prompts.class);
            List<Prompt> prompts = ((ReadCall.Prompts) read).prompts();
            assertThat(texts(prompts)).as(what).isEqualTo(expected.texts());
            for (Prompt prompt : prompts) {
                boolean partial = prompt.metadata().containsKey("capture.partial");
                assertThat(partial || prompt.response().finishReason().endsText())
                        .as(what)
                        .isTrue();
            }
        }
    }

    private static RandomStream stream(int number) {
        return RandomStream.of(SEED + number);
    }

    private static String what(int number, byte[] wire) {
        return "stream " + number + " with seed " + SEED + ": " + new String(wire, StandardCharsets.UTF_8);
    }

    private static Map<Integer, String> texts(List<Prompt> prompts) {
        Map<Integer, String> texts = new TreeMap<>();
        for (Prompt prompt : prompts) {
            texts.put(
                    prompt.response().choice(),
                    prompt.response().message().content().joined());
        }
        return texts;
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        }
        return zipped.toByteArray();
    }

    private ReadCall read(RandomStream stream, byte[] wire, @Nullable String encoding, CallEnd end) {
        var call = new CapturedCall(
                stream.path(),
                "up",
                Map.of(),
                null,
                new CopiedBody(TestingCalls.bytes(stream.request()), true, "application/json", null),
                new CopiedBody(wire, true, "text/event-stream", encoding),
                200,
                end,
                TestingCalls.STARTED,
                Duration.ofMillis(5),
                Duration.ofMillis(9),
                null);
        ReadCall read = reader.read(call, "default");
        assertThat(read).isNotEqualTo(new ReadCall.Dropped(CaptureDrop.INTERNAL_ERROR));
        return read;
    }
}
