package io.stillstream.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.redaction.RedactionKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a call: the prompt that it makes, or why it makes none. */
class CallReaderTest {

    private static final Clock CLOCK = Clock.fixed(TestingCalls.STARTED.plusSeconds(1), ZoneOffset.UTC);
    private static final RedactionKey KEY = RedactionKey.ofText("a key for tests");

    private static final String STREAM = """
            : OPENROUTER PROCESSING

            data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":0,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

            data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Os"},"finish_reason":null}]}

            data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"lo."},"finish_reason":null}]}

            """;
    private static final String LAST = """
            data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":3}}

            """;

    private CaptureConfig config = CaptureConfig.defaults();
    private CallReader reader = reader(config, CLOCK);
    private CallHistory history;

    private CallReader reader(CaptureConfig used, Clock clock) {
        config = used;
        var identity = new CallIdentity(KEY, used.headers(), used.sample());
        history = new CallHistory(identity, used.duplicateWindow(), clock);
        var rates = new TenantRates(used.tenantPromptsPerMinute(), clock);
        return new CallReader(used, identity, history, rates, PromptParser.ofCalls(0.1, clock, new UnknownFields()));
    }

    private ReadCall read(TestingCalls calls) {
        CapturedCall call = calls.call();
        var identity = new CallIdentity(KEY, config.headers(), config.sample());
        return reader.read(call, identity.tenant(call.headers(), call.caller()));
    }

    private Prompt prompt(TestingCalls calls) {
        ReadCall read = read(calls);
        assertThat(read).isInstanceOf(ReadCall.Prompts.class);
        return ((ReadCall.Prompts) read).prompts().get(0);
    }

    private static void assertDropped(ReadCall read, CaptureDrop reason) {
        assertThat(read).isEqualTo(new ReadCall.Dropped(reason));
    }

    private static String text(Prompt prompt) {
        Response response = prompt.response();
        assertThat(response).isNotNull();
        return response.message().content().joined();
    }

    /** The answer's own word counts: the snapshot may have been replaced since the proxy looked. */
    @Test
    void chat_thatAStudentAnswered_isOfTheSnapshotThatItNamesOrThatWasAsked() {
        String asked = "0000000100-0123456789ab";
        String named = "0000000200-ba9876543210";
        String fingerprint =
                TestingCalls.ANSWER.replace("\"choices\"", "\"system_fingerprint\": \"" + named + "\", \"choices\"");

        assertThat(author(TestingCalls.chat(), null)).isEqualTo(Author.PRODUCTION);
        assertThat(author(TestingCalls.chat().answer(fingerprint), null)).isEqualTo(Author.PRODUCTION);
        assertThat(author(TestingCalls.chat(), asked)).isEqualTo(Author.student(asked));
        assertThat(author(TestingCalls.chat().answer(TestingCalls.ANSWER.replace("m-2026", named)), asked))
                .isEqualTo(Author.student(named));
        assertThat(author(TestingCalls.chat().answer(fingerprint), asked)).isEqualTo(Author.student(named));
    }

    private Author author(TestingCalls calls, @Nullable String student) {
        CapturedCall call = calls.call();
        reader = reader(config, CLOCK);
        ReadCall read = reader.read(
                new CapturedCall(
                        call.path(),
                        call.upstream(),
                        call.headers(),
                        call.caller(),
                        call.request(),
                        call.response(),
                        call.status(),
                        call.end(),
                        call.startedAt(),
                        call.firstByte(),
                        call.duration(),
                        student),
                "default");
        Response response = ((ReadCall.Prompts) read).prompts().get(0).response();
        assertThat(response).isNotNull();
        return response.author();
    }

    @Test
    void chat_whole_isAPromptWithWhatTheProxySaw() {
        Prompt prompt = prompt(TestingCalls.chat().caller("sk-secret"));

        assertThat(prompt.id()).isEqualTo("chatcmpl-0123456789abcdef");
        assertThat(prompt.input()).isInstanceOf(Chat.class);
        assertThat(text(prompt)).isEqualTo("Oslo.");
        assertThat(prompt.createdAt()).isEqualTo(TestingCalls.STARTED);
        assertThat(prompt.production().model()).isEqualTo("m");
        assertThat(prompt.tenant()).startsWith("key-").doesNotContain("secret");
        assertThat(prompt.conversationId()).startsWith("chat-");
        assertThat(prompt.metadata())
                .containsEntry("capture.upstream", "up")
                .containsEntry("capture.status", "200")
                .containsEntry("capture.latency_ms", "450")
                .containsEntry("capture.first_byte_ms", "120")
                .containsEntry("capture.finish_reason", "stop")
                .containsEntry("capture.prompt_tokens", "20")
                .containsEntry("capture.completion_tokens", "3")
                .doesNotContainKey("capture.partial");
    }

    @Test
    void streamWithoutDone_endsByItsFinishReason() {
        Prompt prompt = prompt(TestingCalls.chat().stream(STREAM + LAST));

        assertThat(text(prompt)).isEqualTo("Oslo.");
        assertThat(prompt.metadata())
                .containsEntry("capture.completion_tokens", "3")
                .containsEntry("capture.finish_reason", "stop");
    }

    @Test
    void callerGoneBehindTheFinishReason_isCaptured() {
        assertThat(text(prompt(TestingCalls.chat().stream(STREAM + LAST).ended(200, CallEnd.CALLER_GONE))))
                .isEqualTo("Oslo.");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 40})
    void partialStream_isSkippedOrKeptWithoutItsEnd(int cut) {
        String events = STREAM.substring(0, STREAM.length() - cut);
        TestingCalls broken = TestingCalls.chat().stream(events).ended(200, CallEnd.UPSTREAM_FAILED);
        assertDropped(read(broken), CaptureDrop.PARTIAL);

        reader = reader(TestingConfig.keepingPartialAnswers(), CLOCK);
        Prompt kept = prompt(broken);

        assertThat(text(kept)).isEqualTo(cut > 2 ? "Os" : "Oslo.");
        assertThat(kept.response().finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(kept.metadata()).containsEntry("capture.partial", "true");
    }

    @Test
    void jsonCutOff_isPartial() {
        TestingCalls call = TestingCalls.chat()
                .answer(TestingCalls.ANSWER.substring(0, 200))
                .ended(200, CallEnd.UPSTREAM_FAILED);

        assertDropped(read(call), CaptureDrop.PARTIAL);
    }

    @Test
    void errorWithinAStream_isAFailedCall() {
        String events = STREAM + "data: {\"error\":{\"message\":\"overloaded\",\"code\":529}}\n\ndata: [DONE]\n\n";

        assertDropped(read(TestingCalls.chat().stream(events)), CaptureDrop.FAILED_CALL);
    }

    @Test
    void requestThatIsNoJson_isUnreadableAndNamesNothingOfIt() {
        ReadCall read = read(TestingCalls.chat().request("{\"messages\": secret"));

        assertThat(read).isInstanceOfSatisfying(ReadCall.Unreadable.class, unreadable -> {
            assertThat(unreadable.rejection().code()).isEqualTo(RejectionCode.MALFORMED_JSON);
            assertThat(unreadable.rejection().detail()).startsWith("the request is not JSON");
        });
    }

    @Test
    void image_isUnreadableAsALineThatAProducerReads() {
        String request = "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
                + " \"image_url\": {\"url\": \"data:image/png;base64,AA\"}}]}]}";

        ReadCall read = read(TestingCalls.chat().request(request));

        assertThat(read).isInstanceOfSatisfying(ReadCall.Unreadable.class, unreadable -> {
            assertThat(unreadable.rejection().code()).isEqualTo(RejectionCode.UNSUPPORTED_CONTENT);
            assertThat(new String(unreadable.bytes(), StandardCharsets.UTF_8))
                    .startsWith("{")
                    .contains("image_url");
        });
    }

    @Test
    void storeFalse_isNotCapturedUnlessConfigured() {
        TestingCalls call =
                TestingCalls.chat().request(TestingCalls.REQUEST.replace("{\"model\"", "{\"store\": false, \"model\""));
        assertDropped(read(call), CaptureDrop.NOT_STORED);

        reader = reader(TestingConfig.with(1, true, 0, 1 << 20), CLOCK);

        assertThat(text(prompt(call))).isEqualTo("Oslo.");
    }

    @Test
    void conversation_headerThenMetadataThenHowItBegins() {
        String inBody =
                TestingCalls.REQUEST.replace("{\"model\"", "{\"metadata\": {\"conversation_id\": \"b-7\"}, \"model\"");

        assertThat(prompt(TestingCalls.chat().request(inBody).header("x-conversation-id", "h-1"))
                        .conversationId())
                .isEqualTo("h-1");
        reader = reader(config, CLOCK);
        assertThat(prompt(TestingCalls.chat().request(inBody)).conversationId()).isEqualTo("b-7");
    }

    @Test
    void conversation_laterTurnOfAChat_isTheSameAsItsFirst() {
        Prompt first = prompt(TestingCalls.chat());
        Prompt later = prompt(TestingCalls.chat()
                .request(TestingCalls.REQUEST.replace(
                        "Norway?\"}]",
                        "Norway?\"}, {\"role\": \"assistant\", \"content\": \"Oslo.\"}, {\"role\": \"user\","
                                + " \"content\": \"And of Sweden?\"}]"))
                .answer(TestingCalls.ANSWER.replace("Oslo", "Stockholm").replace("0123", "4567")));

        assertThat(later.conversationId()).isEqualTo(first.conversationId());
        assertThat(later.split()).isEqualTo(first.split());
        assertThat(later.id()).isNotEqualTo(first.id());
    }

    @Test
    void conversation_otherTenantsSameWords_isAnother() {
        String first = prompt(TestingCalls.chat().caller("a")).conversationId();

        assertThat(prompt(TestingCalls.chat().caller("b")).conversationId()).isNotEqualTo(first);
    }

    @Test
    void sample_isByConversation_deterministic_andIndependentOfTheHoldOut() {
        reader = reader(TestingConfig.with(0.3, false, 0, 1 << 20), CLOCK);
        List<String> ids = IntStream.range(0, 2000).mapToObj(i -> "c" + i).toList();

        List<Prompt> captured = ids.stream()
                .map(id -> read(TestingCalls.chat()
                        .header("x-conversation-id", id)
                        .answer(TestingCalls.ANSWER.replace("Oslo", "Oslo " + id))))
                .filter(ReadCall.Prompts.class::isInstance)
                .map(read -> ((ReadCall.Prompts) read).prompts().get(0))
                .toList();
        long heldOut = captured.stream()
                .filter(prompt -> prompt.split() == Split.HELD_OUT)
                .count();

        // 4 standard deviations of a binomial of 2,000 at 0.3, and of some 600 at 0.1.
        assertThat(captured).hasSizeBetween(518, 682);
        assertThat(heldOut / (double) captured.size()).isBetween(0.05, 0.15);
        reader = reader(config, CLOCK);
        Prompt one = captured.get(0);
        assertThat(read(TestingCalls.chat().header("x-conversation-id", one.conversationId())))
                .isInstanceOf(ReadCall.Prompts.class);
    }

    @Test
    void duplicate_sameRequestAndAnswerUnderAnotherId_countsOnceInTheWindow() {
        var clock = new SettableClock(TestingCalls.STARTED);
        reader = reader(CaptureConfig.defaults(), clock);
        TestingCalls again = TestingCalls.chat().answer(TestingCalls.ANSWER.replace("0123456789", "9876543210"));
        prompt(TestingCalls.chat());

        assertDropped(read(again), CaptureDrop.DUPLICATE);
        assertThat(read(again.answer(TestingCalls.ANSWER.replace("Oslo", "It is Oslo"))))
                .isInstanceOf(ReadCall.Prompts.class);
        clock.advance(Duration.ofMinutes(11));
        assertThat(read(again)).isInstanceOf(ReadCall.Prompts.class);
    }

    @Test
    void id_shortOrSeenBefore_isMadeUnique() {
        String first = prompt(TestingCalls.chat()).id();
        String second = prompt(TestingCalls.chat().answer(TestingCalls.ANSWER.replace("Oslo", "oslo")))
                .id();
        String drawn = prompt(TestingCalls.chat()
                        .answer(TestingCalls.ANSWER
                                .replace("chatcmpl-0123456789abcdef", "chatcmpl-12")
                                .replace("Oslo", "OSLO")))
                .id();

        assertThat(second).startsWith(first + '-').isNotEqualTo(first);
        assertThat(drawn).startsWith("chatcmpl-12-").hasSizeGreaterThan(20);
    }

    @Test
    void tenantRate_capsEachTenantByTheMinute() {
        var clock = new SettableClock(TestingCalls.STARTED);
        reader = reader(TestingConfig.with(1, false, 2, 1 << 20), clock);
        List<ReadCall> reads = IntStream.range(0, 3)
                .mapToObj(i -> read(TestingCalls.chat().answer(TestingCalls.ANSWER.replace("Oslo", "Oslo " + i))))
                .toList();

        assertThat(reads.subList(0, 2)).allMatch(ReadCall.Prompts.class::isInstance);
        assertDropped(reads.get(2), CaptureDrop.TENANT_RATE);
        assertThat(read(TestingCalls.chat().header("x-tenant-id", "other"))).isInstanceOf(ReadCall.Prompts.class);
        clock.advance(Duration.ofMinutes(1));
        assertThat(read(TestingCalls.chat().answer(TestingCalls.ANSWER.replace("Oslo", "Oslo 3"))))
                .isInstanceOf(ReadCall.Prompts.class);
    }

    @Test
    void markedConversation_isNotCaptured() {
        history.mark(history.reference("default", "h-1"));

        assertDropped(read(TestingCalls.chat().header("x-conversation-id", "h-1")), CaptureDrop.BAD_SCORE);
        assertThat(read(TestingCalls.chat().header("x-conversation-id", "h-2"))).isInstanceOf(ReadCall.Prompts.class);
    }

    @Test
    void encodings_areUndone() throws IOException {
        byte[] plain = TestingCalls.bytes(TestingCalls.ANSWER);
        for (String coding : List.of("gzip", "deflate", "zstd", "gzip, zstd", "identity")) {
            byte[] encoded = switch (coding) {
                case "gzip" -> compressed(plain, true);
                case "deflate" -> compressed(plain, false);
                case "zstd" -> Zstd.compress(plain);
                case "gzip, zstd" -> Zstd.compress(compressed(plain, true));
                default -> plain;
            };
            reader = reader(CaptureConfig.defaults(), CLOCK);

            assertThat(text(prompt(TestingCalls.chat().answer(encoded, coding))))
                    .as(coding)
                    .isEqualTo("Oslo.");
        }
    }

    @Test
    void encoding_unknownOrFalse_isDropped() {
        byte[] plain = TestingCalls.bytes(TestingCalls.ANSWER);

        assertDropped(read(TestingCalls.chat().answer(plain, "compress")), CaptureDrop.ENCODING);
        assertDropped(read(TestingCalls.chat().answer(plain, "gzip")), CaptureDrop.ENCODING);
        assertDropped(read(TestingCalls.chat().answer(plain, "br")), CaptureDrop.ENCODING);
    }

    @Test
    void bomb_isDroppedAtTheBound() throws IOException {
        reader = reader(TestingConfig.with(1, false, 0, 1 << 20), CLOCK);
        byte[] bomb = compressed(new byte[64 << 20], true);
        assertThat(bomb).hasSizeLessThan(100_000);

        assertDropped(read(TestingCalls.chat().answer(bomb, "gzip")), CaptureDrop.BODY_TOO_LARGE);
        assertDropped(
                read(TestingCalls.chat().answer(Zstd.compress(new byte[64 << 20]), "zstd")),
                CaptureDrop.BODY_TOO_LARGE);
    }

    private static byte[] compressed(byte[] plain, boolean gzip) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = gzip ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    /** A clock that goes on when it is told to. */
    private static final class SettableClock extends Clock {

        private Instant now;

        SettableClock(Instant now) {
            this.now = now;
        }

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
