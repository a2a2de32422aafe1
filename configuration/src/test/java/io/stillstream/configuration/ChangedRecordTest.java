package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ChangedRecordTest {

    private record Sample(int count, @Nullable String name, double share) {

        private Sample {
            Check.atLeast("count", count, 1);
        }
    }

    private static final Sample SAMPLE = new Sample(2, null, 0.5);

    @Test
    void of_someComponents_keepsTheOthers() {
        assertThat(ChangedRecord.of(SAMPLE, Map.of("name", "a", "count", 3))).isEqualTo(new Sample(3, "a", 0.5));
        assertThat(ChangedRecord.of(SAMPLE, Map.of())).isEqualTo(SAMPLE);
    }

    @Test
    void of_noSuchComponent_isRefusedByName() {
        assertThatThrownBy(() -> ChangedRecord.of(SAMPLE, Map.of("counts", 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("changes of [counts]; expected components of Sample: count, name, share");
    }

    @Test
    void of_valueThatTheRecordRefuses_isRefused() {
        assertThatThrownBy(() -> ChangedRecord.of(SAMPLE, Map.of("count", 0)))
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> ChangedRecord.of(SAMPLE, Map.of("count", "three")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
