package io.stillstream.scorer.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

final class ScorerTopicsTest {

    private static final String WEEK = "604800000";
    private static final String MONTH = "2592000000";
    private static final String FOREVER = "-1";

    @Test
    void retentionWarning_targetsKeptForLessThanPrompts_namesBothAndWhatHappens() {
        assertThat(warning(topic(MONTH, "delete"), topic(WEEK, "delete")))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .startsWith("retention.ms of teacher-targets is 604800000 (7.0 days) and that of prompts is"
                                + " 2592000000 (30.0 days): targets keep their prompt's timestamp"));
        assertThat(warning(topic(FOREVER, "delete"), topic(WEEK, "delete")))
                .hasValueSatisfying(warning -> assertThat(warning).contains("that of prompts is unlimited"));
        assertThat(warning(topic(MONTH, "delete"), topic(WEEK, "compact,delete")))
                .isPresent();
    }

    @Test
    void retentionWarning_targetsKeptAsLong_orNobodyKnows_isNone() {
        assertThat(warning(topic(WEEK, "delete"), topic(WEEK, "delete"))).isEmpty();
        assertThat(warning(topic(WEEK, "delete"), topic(MONTH, "delete"))).isEmpty();
        assertThat(warning(topic(MONTH, "delete"), topic(FOREVER, "delete"))).isEmpty();
        assertThat(warning(topic(FOREVER, "delete"), topic(FOREVER, "delete"))).isEmpty();
        assertThat(warning(topic(MONTH, "delete"), topic(WEEK, "compact"))).isEmpty();
        assertThat(warning(topic(MONTH, "delete"), new Config(List.of()))).isEmpty();
        assertThat(warning(new Config(List.of()), topic(WEEK, "delete"))).isEmpty();
    }

    private static Optional<String> warning(Config prompts, Config targets) {
        return ScorerTopics.retentionWarning(Topics.defaults(), prompts, targets);
    }

    private static Config topic(String retention, String policy) {
        return new Config(
                List.of(new ConfigEntry("retention.ms", retention), new ConfigEntry("cleanup.policy", policy)));
    }
}
