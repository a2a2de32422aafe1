package io.stillstream.producer.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.source.Line;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every text of a line is in its prompts or under a field that is reported, or the line is rejected with a code. */
class NothingIsLostTest {

    private static final int LINES = 10_000;
    private static final long SEED = 14;
    private static final Pattern TEXT = Pattern.compile("t[0-9]+t");
    /** What a target of weight 0 at the end of a conversation says is never learned, and stands before nothing that is. */
    private static final String UNLEARNED = "\"weight\":";

    @Test
    void parse_randomTraffic_losesNoText() {
        var traffic = new RandomTraffic(SEED);
        Map<RejectionCode, Integer> rejected = new EnumMap<>(RejectionCode.class);
        int accepted = 0;
        int checkedTexts = 0;
        for (int number = 1; number <= LINES; number++) {
            ObjectNode node = traffic.line();
            String line = node.toString();
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            var unknown = new UnknownFields();
            var parser = new PromptParser(
                    "random",
                    TrafficConfig.reading("random"),
                    Clock.fixed(Instant.parse("2026-05-01T10:00:00Z"), ZoneOffset.UTC),
                    unknown);

            Outcome<List<Prompt>> parsed = parser.parse(new Line(number, bytes, bytes.length));

            if (parsed instanceof Outcome.Rejected<List<Prompt>> rejection) {
                rejected.merge(rejection.rejection().code(), 1, Integer::sum);
                assertThat(rejection.rejection().detail()).as(line).isNotBlank().doesNotContain("null pointer");
                continue;
            }
            accepted++;
            var written = new StringBuilder();
            ((Outcome.Accepted<List<Prompt>>) parsed)
                    .value()
                    .forEach(prompt -> written.append(new String(PromptCodec.encode(prompt), StandardCharsets.UTF_8)));
            Set<String> lost = texts(line);
            checkedTexts += lost.size();
            lost.removeAll(texts(written.toString()));
            if (!lost.isEmpty() && !line.contains(UNLEARNED)) {
                assertThat(reported(lost, line, unknown))
                        .as("%s of %s is neither in %s nor reported in %s", lost, line, written, unknown.counts())
                        .isTrue();
            }
        }
        assertThat(accepted).as("accepted; rejected are %s", rejected).isGreaterThan(LINES / 4);
        assertThat(checkedTexts).isGreaterThan(LINES);
        assertThat(rejected.keySet()).contains(RejectionCode.INVALID_PROMPT, RejectionCode.UNSUPPORTED_CONTENT);
    }

    /** Whether each lost text stands under a field of a reported name: the texts of such fields are few. */
    private static boolean reported(Set<String> lost, String line, UnknownFields unknown) {
        Set<String> names = new HashSet<>();
        unknown.counts().keySet().forEach(path -> names.add(path.substring(path.lastIndexOf('.') + 1)));
        return lost.stream().allMatch(text -> {
            String before = line.substring(0, line.indexOf(text)).replace("\\", "");
            String field = before.substring(Math.max(0, before.length() - 25));
            return names.stream().anyMatch(name -> field.contains("\"" + name.replace("[]", "") + "\":"));
        });
    }

    private static Set<String> texts(String json) {
        Set<String> found = new HashSet<>();
        for (Matcher matcher = TEXT.matcher(json); matcher.find(); ) {
            found.add(matcher.group());
        }
        return found;
    }
}
