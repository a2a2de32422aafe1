package io.stillstream.producer.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedactionTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("<EMAIL_(\\d+)>");
    private static final String MAIL = "anna.schmidt@example.org";

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PRODUCER);
    private final Redaction redaction = redaction(RedactionConfig.defaults(), "the key of this test");

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void prompt_everyTextOfIt_isRedacted() {
        String json = "{\"a\":\"" + MAIL + "\"}";
        var asked = new Message(
                "user",
                MAIL,
                new Content.Parts(List.of("I am " + MAIL, MAIL)),
                List.of(new ToolCall(MAIL, MAIL, json)),
                MAIL,
                MAIL,
                MAIL);
        var prompt = new Prompt(
                MAIL,
                MAIL,
                new Chat(List.of(asked), List.of(json), List.of(json)),
                new Response(asked, FinishReason.STOP, 0, Author.PRODUCTION),
                MAIL,
                MAIL,
                Instant.EPOCH,
                Split.TRAIN,
                new Production(MAIL, Map.of("user", '"' + MAIL + '"')),
                Map.of(MAIL, MAIL));

        Prompt clean = clean(prompt);

        String written = new String(PromptCodec.encode(clean), StandardCharsets.UTF_8);
        assertThat(written)
                .doesNotContain("schmidt")
                .doesNotContain("example.org")
                .contains("<EMAIL_");
        assertThat(clean.id()).isEqualTo(clean.conversationId()).startsWith("redacted-");
        assertThat(PromptCodec.decode(PromptCodec.encode(clean))).isEqualTo(clean);
    }

    @Test
    void prompt_nothingPrivate_isTheSame() {
        Prompt prompt = Prompt.of("17", Chat.of(Message.of("user", "What is 12 times 4111?")), Instant.EPOCH);

        assertThat(clean(prompt)).isEqualTo(prompt);
    }

    @Test
    void number_sameValue_isTheSameWithinItsConversationAlone() {
        String first = text("c1", "Mail " + MAIL + " and other@example.org");
        String later = text("c1", "other@example.org, then " + MAIL.toUpperCase(Locale.ROOT));
        String elsewhere = text("c2", "Mail " + MAIL + " and other@example.org");

        assertThat(numbers(first)).hasSize(2).doesNotHaveDuplicates();
        assertThat(numbers(later))
                .containsExactly(numbers(first).get(1), numbers(first).get(0));
        assertThat(numbers(elsewhere)).isNotEqualTo(numbers(first));
    }

    @Test
    void number_otherKey_isAnother() {
        Redaction other = redaction(RedactionConfig.defaults(), "another key");

        assertThat(text(other, "c", MAIL)).isNotEqualTo(text("c", MAIL));
    }

    @Test
    void number_manyValues_areAllTold() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            text.append("user").append(i).append("@example.org ");
        }

        assertThat(numbers(text("c", text.toString()))).hasSize(400).doesNotHaveDuplicates();
    }

    @Test
    void json_staysJson_andAllElseStaysByteForByte() throws Exception {
        String arguments = "{ \"to\":\"\\u0061nna\\u0040example.org\\n\",\"card\": 4111111111111111 , \"n\":1.50e3,"
                + "\"nested\":\"{\\\"card\\\":5555555555554444}\",\"list\":[\"x\\\\y\", null] }";

        String redacted = text("c", arguments);

        JsonNode node = new ObjectMapper().readTree(redacted);
        assertThat(node.path("to").asText()).matches("<EMAIL_\\d+>\n");
        assertThat(node.path("card").asText()).matches("<CARD_\\d+>");
        assertThat(new ObjectMapper()
                        .readTree(node.path("nested").asText())
                        .path("card")
                        .asText())
                .matches("<CARD_\\d+>");
        assertThat(redacted)
                .startsWith("{ \"to\":\"<EMAIL_")
                .contains(", \"n\":1.50e3,")
                .endsWith("\"list\":[\"x\\\\y\", null] }");
    }

    @Test
    void json_nameOfTheField_saysWhatItsValueIs() {
        assertThat(text("c", "{\"ssn\":219099999,\"password\":\"correcthorse\"}"))
                .matches("\\{\"ssn\":\"<NATIONAL_ID_\\d+>\",\"password\":\"<PASSWORD_\\d+>\"}");
    }

    @Test
    void metadata_nameOfTheField_saysWhatItsValueIs() {
        Prompt prompt = Prompt.of("1", new PlainText("hello"), Instant.EPOCH);
        var marked = new Prompt(
                "1",
                "1",
                prompt.input(),
                null,
                null,
                "t",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of("ssn", "219099999"));

        assertThat(clean(marked).metadata().get("ssn")).matches("<NATIONAL_ID_\\d+>");
    }

    @Test
    void redacted_again_isTheSame() {
        String once =
                text("c", "password: hunter42 for " + MAIL + ", https://me:pw12345@example.org and +49 30 901820");

        assertThat(text("c", once)).isEqualTo(once).doesNotContain("hunter42").doesNotContain("pw12345");
    }

    @Test
    void letter_ofALine_staysALine() throws Exception {
        byte[] line = ("{\"messages\":[{\"role\":\"user\",\"content\":\"I am \\\"" + MAIL + "\\\"\"}],\"x\":")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(new String(redaction.letter(line), StandardCharsets.UTF_8))
                .matches("\\{\"messages\":\\[\\{\"role\":\"user\",\"content\":\"I am"
                        + " \\\\\"<EMAIL_\\d+>\\\\\"\"}],\"x\":");
    }

    @Test
    void letter_nothingPrivate_isByteForByte() {
        byte[] line = "{\"x\": 1,  \"\u00e9\":\"\\u00e9\"".getBytes(StandardCharsets.UTF_8);

        assertThat(redaction.letter(line)).isEqualTo(line);
    }

    @Test
    void letter_ofNoText_isADigest() {
        byte[] latin = ("M\u00fcller " + MAIL).getBytes(StandardCharsets.ISO_8859_1);
        byte[] wide = MAIL.getBytes(StandardCharsets.UTF_16LE);

        assertThat(new String(redaction.letter(latin), StandardCharsets.UTF_8))
                .matches("\\{\"withheld\":\".*\",\"bytes\":31,\"keyed_hash\":\"[a-p]{32}\"}");
        assertThat(new String(redaction.letter(wide), StandardCharsets.UTF_8)).startsWith("{\"withheld\"");
    }

    @Test
    void beginning_valueThatIsCut_isGone() {
        byte[] start = ("{\"prompt\":\"" + "word ".repeat(100) + " write to anna.schmidt@exam")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(new String(redaction.beginning(start), StandardCharsets.UTF_8))
                .startsWith("{\"prompt\":\"word")
                .doesNotContain("anna");
    }

    @Test
    void sentence_thatQuotes_isRedacted() {
        assertThat(redaction.sentence("role is '" + MAIL + "'; expected user"))
                .matches("role is '<EMAIL_\\d+>'; expected user");
    }

    @Test
    void record_tooLong_isDroppedAndCounted() {
        RedactionConfig usual = RedactionConfig.defaults();
        Redaction strict = redaction(
                new RedactionConfig(true, usual.detectors(), "", usual.phoneRegions(), 100, usual.timeLimit(), ""),
                "k");
        Prompt prompt = Prompt.of("1", new PlainText("x".repeat(101)), Instant.EPOCH);

        assertThat(strict.redact(prompt)).isInstanceOf(Redacted.Dropped.class);
        assertThat(failures("size")).isEqualTo(1);
        assertThat(new String(
                        strict.letter(("mail " + MAIL + "x".repeat(100)).getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8))
                .startsWith("{\"withheld\"");
    }

    @Test
    void record_takesTooLong_isDroppedAndCounted() {
        RedactionConfig usual = RedactionConfig.defaults();
        Redaction strict = redaction(
                new RedactionConfig(
                        true, usual.detectors(), "", usual.phoneRegions(), 1 << 26, Duration.ofMillis(1), ""),
                "k");
        Prompt prompt = Prompt.of("1", new PlainText("tel. 030 901820 ".repeat(100_000)), Instant.EPOCH);

        assertThat(strict.redact(prompt)).isInstanceOf(Redacted.Dropped.class);
        assertThat(failures("time")).isEqualTo(1);
    }

    @Test
    void tool_twoNamesBecomeOne_isDropped() {
        String tool = "{\"" + MAIL + "\":1,\"" + MAIL.toUpperCase(Locale.ROOT) + "\":2}";
        var chat = new Chat(List.of(Message.of("user", "hi")), List.of(tool), List.of());

        assertThat(redaction.redact(Prompt.of("1", chat, Instant.EPOCH))).isInstanceOf(Redacted.Dropped.class);
    }

    @Test
    void counts_areByDetector() {
        text("c", MAIL + " and " + MAIL);

        assertThat(telemetry
                        .registry()
                        .get("stillstream.redacted.values")
                        .tag("detector", "email")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void disabled_changesNothing() {
        Redaction off = redaction(RedactionConfig.disabled(), "k");
        Prompt prompt = Prompt.of(MAIL, new PlainText(MAIL), Instant.EPOCH);
        byte[] line = {(byte) 0xff, 0};

        assertThat(off.redact(prompt)).isEqualTo(new Redacted.Clean(prompt));
        assertThat(off.letter(line)).isEqualTo(line);
        assertThat(off.sentence(MAIL)).isEqualTo(MAIL);
    }

    private double failures(String reason) {
        return telemetry
                .registry()
                .get("stillstream.redaction.failures")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private Redaction redaction(RedactionConfig config, String key) {
        return new Redaction(config, RedactionKey.ofText(key), Redaction.meters(telemetry));
    }

    private String text(String conversation, String text) {
        return text(redaction, conversation, text);
    }

    private static String text(Redaction redaction, String conversation, String text) {
        var prompt = new Prompt(
                "1",
                conversation,
                new PlainText(text),
                null,
                null,
                "t",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
        return ((PlainText) ((Redacted.Clean) redaction.redact(prompt)).prompt().input()).text();
    }

    private Prompt clean(Prompt prompt) {
        return ((Redacted.Clean) redaction.redact(prompt)).prompt();
    }

    private static List<String> numbers(String text) {
        return PLACEHOLDER
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
