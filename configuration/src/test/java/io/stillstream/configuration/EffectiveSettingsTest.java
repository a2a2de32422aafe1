package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class EffectiveSettingsTest {

    private record Inner(Duration linger, Map<String, String> properties) implements HoldsSecrets {

        @Override
        public Map<String, Predicate<String>> secrets() {
            return Map.of("properties", "sasl.jaas.config"::equals);
        }
    }

    private record Outer(String name, List<String> stops, Inner inner) {}

    private static final Outer DEFAULTS =
            new Outer("-", List.of(), new Inner(Duration.ofMillis(200), Map.of("sasl.jaas.config", "hunter2")));

    @Test
    void yaml_everyKey_isPrintedAndSecretsAreMasked() {
        assertThat(EffectiveSettings.yaml(DEFAULTS)).isEqualTo("""
                name: '-'
                stops: []
                inner:
                  linger: 200ms
                  properties:
                    sasl.jaas.config: '****'
                """);
    }

    @Test
    void changes_sectionsWithoutAny_areLeftOut() {
        Outer changed = new Outer("-", List.of("a"), DEFAULTS.inner());
        assertThat(EffectiveSettings.changes(changed, DEFAULTS)).isEqualTo("stops:\n- a\n");
        assertThat(EffectiveSettings.changes(
                        new Outer(
                                "-",
                                List.of(),
                                new Inner(Duration.ofHours(2), DEFAULTS.inner().properties())),
                        DEFAULTS))
                .isEqualTo("inner:\n  linger: 120m\n");
    }

    @Test
    void changes_none_areAnEmptyFile() {
        assertThat(EffectiveSettings.changes(DEFAULTS, DEFAULTS)).isEqualTo("{}\n");
    }

    @Test
    void describe_everyValue_isALine() {
        assertThat(EffectiveSettings.describe(DEFAULTS))
                .containsExactly(
                        "name: -", "stops: []", "inner.linger: 200ms", "inner.properties.sasl.jaas.config: ****");
    }

    @Test
    void describe_userInAUrl_isMasked() {
        Outer changed = new Outer("http://u:p@ss@host/a@b", List.of("x://u@h", "a@b"), DEFAULTS.inner());
        assertThat(EffectiveSettings.describe(changed))
                .contains("name: http://****@host/a@b", "stops: [x://****@h, a@b]");
    }

    private record Door(String address, String key) implements HoldsSecrets {

        @Override
        public Map<String, Predicate<String>> secrets() {
            return Map.of("key", WHOLE);
        }

        static Door defaults() {
            return new Door("localhost", "");
        }
    }

    private record House(Map<String, Door> doors, Door main) {}

    @Test
    void yaml_secretText_isMaskedInEverySection() {
        House house =
                new House(Map.of("back", new Door("b", "hunter2"), "side", Door.defaults()), new Door("m", "hunter3"));
        assertThat(EffectiveSettings.yaml(house)).isEqualTo("""
                doors:
                  back:
                    address: b
                    key: '****'
                  side:
                    address: localhost
                    key: ""
                main:
                  address: m
                  key: '****'
                """);
    }
}
