package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordBinderTest {

    private enum Colour {
        DARK_RED,
        BLUE
    }

    private sealed interface Schedule {
        record Constant() implements Schedule {}

        record HalfCosine(long steps, double floor) implements Schedule {}
    }

    private record Scheduled(Schedule schedule) {}

    private record Inner(int maxBatchTokens, Duration linger, double rate) {
        private Inner {
            Check.atLeast("maxBatchTokens", maxBatchTokens, 1);
            Check.between("rate", rate, 0, 1);
        }
    }

    private record Outer(
            String name,
            @Nullable Path directory,
            Colour colour,
            boolean fast,
            List<String> stops,
            Map<String, String> kafka,
            Inner inner) {}

    private static final Outer DEFAULTS =
            new Outer("x", null, Colour.BLUE, false, List.of(), Map.of(), new Inner(7, Duration.ofMillis(200), 0.5));

    private final RecordBinder binder = new RecordBinder();

    @Test
    void bind_everyType_isConverted() {
        Outer bound = binder.bind(
                "",
                Map.of(
                        "name", "y",
                        "directory", "/tmp/d",
                        "colour", "dark-red",
                        "fast", "true",
                        "stops", "a, b",
                        "kafka", Map.of("acks", "all"),
                        "inner", Map.of("max-batch-tokens", "1_000", "linger", "2m")),
                DEFAULTS);
        assertThat(binder.problems()).isEmpty();
        assertThat(bound)
                .isEqualTo(new Outer(
                        "y",
                        Path.of("/tmp/d"),
                        Colour.DARK_RED,
                        true,
                        List.of("a", "b"),
                        Map.of("acks", "all"),
                        new Inner(1000, Duration.ofMinutes(2), 0.5)));
    }

    @Test
    void bind_emptyTree_isTheDefaults() {
        assertThat(binder.bind("", Map.of(), DEFAULTS)).isEqualTo(DEFAULTS);
        assertThat(binder.problems()).isEmpty();
    }

    @Test
    void bind_severalProblems_reportsAllOfThem() {
        binder.bind(
                "",
                Map.of(
                        "colour", "green",
                        "fats", "true",
                        "inner", Map.of("max-batch-tokens", "many", "linger", "5")),
                DEFAULTS);
        assertThat(binder.problems())
                .containsExactlyInAnyOrder(
                        "unknown key 'fats'; did you mean 'fast'?",
                        "colour is 'green'; expected one of dark-red, blue",
                        "inner.max-batch-tokens is 'many'; expected a whole number",
                        "inner.linger is '5'; expected a duration such as 200ms, 30s, 2m or 1h");
    }

    @Test
    void bind_valuesOutOfRange_areAllReportedWithTheirKeys() {
        binder.bind(
                "",
                Map.of("inner", Map.of("max-batch-tokens", 0, "rate", 7, "linger", "soon", "lingr", "1s")),
                DEFAULTS);
        assertThat(binder.problems())
                .containsExactlyInAnyOrder(
                        "unknown key 'inner.lingr'; did you mean 'inner.linger'?",
                        "inner.max-batch-tokens is 0; expected 1 or more",
                        "inner.rate is 7.0; expected 0 to 1",
                        "inner.linger is 'soon'; expected a duration such as 200ms, 30s, 2m or 1h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"876001h", "999999999999999h", "99999999999999999999999ms"})
    void bind_durationThatNoTimerCounts_isRefused(String linger) {
        binder.bind("", Map.of("inner", Map.of("linger", linger)), DEFAULTS);
        assertThat(binder.problems())
                .containsExactly("inner.linger is '" + linger + "'; expected a duration of at most 876000h");
    }

    @Test
    void bind_maskedSecret_isRefused() {
        binder.bind("", Map.of("kafka", Map.of("sasl.jaas.config", "****", "client.id", "****")), DEFAULTS);
        assertThat(binder.problems())
                .hasSize(2)
                .anyMatch(problem -> problem.startsWith("kafka.sasl.jaas.config is '****', which stands for a secret"));
    }

    @Test
    void bind_maskedUserOfAUrl_isRefused() {
        binder.bind("", Map.of("name", "https://****@host/"), DEFAULTS);
        assertThat(binder.problems())
                .singleElement()
                .asString()
                .startsWith("name has '****', which stands for a secret");
    }

    @Test
    void bind_wrongForm_isNamedAndNotRepeated() {
        binder.bind(
                "",
                Map.of(
                        "name", Map.of("a", "hunter2"),
                        "directory", List.of("hunter2"),
                        "stops", List.of(Map.of("a", "hunter2")),
                        "kafka", Map.of("a", List.of("hunter2")),
                        "inner", "hunter2",
                        "linger=hunter2", "x"),
                DEFAULTS);
        assertThat(binder.problems())
                .containsExactlyInAnyOrder(
                        "name is a section; expected one value",
                        "directory is a list; expected one value",
                        "stops is a list; expected a list of texts",
                        "kafka.a is a list; expected a text, and the whole of its name before it, with its dots",
                        "inner is a text, which is not shown; expected a section with keys of its own",
                        "unknown key 'linger…'; expected one of colour, directory, fast, inner, kafka, name, stops");
    }

    @Test
    void unbind_record_isReadBackTheSame() {
        Map<String, Object> tree = RecordBinder.unbind(DEFAULTS);
        assertThat(tree.get("inner")).isEqualTo(Map.of("max-batch-tokens", 7, "linger", "200ms", "rate", 0.5));
        assertThat(binder.bind("", tree, DEFAULTS)).isEqualTo(DEFAULTS);
    }

    @Test
    void bind_sealedType_isChosenByItsType() {
        Scheduled defaults = new Scheduled(new Schedule.Constant());
        Schedule chosen = new Schedule.HalfCosine(100, 0.1);
        assertThat(binder.bind(
                                "",
                                Map.of("schedule", Map.of("type", "half-cosine", "steps", 100, "floor", "0.1")),
                                defaults)
                        .schedule())
                .isEqualTo(chosen);
        assertThat(binder.bind("", Map.of("schedule", "constant"), new Scheduled(chosen)))
                .isEqualTo(defaults);
        assertThat(binder.bind("", RecordBinder.unbind(new Scheduled(chosen)), defaults)
                        .schedule())
                .isEqualTo(chosen);
        assertThat(binder.problems()).isEmpty();
        binder.bind("", Map.of("schedule", Map.of("type", "linear")), defaults);
        assertThat(binder.problems())
                .containsExactly("schedule.type is 'linear'; expected one of constant, half-cosine");
    }

    @Test
    void bind_sealedTypeWithWrongKeys_namesEachOfThem() {
        Scheduled defaults = new Scheduled(new Schedule.Constant());
        binder.bind("", Map.of("schedule", Map.of("type", "half-cosine", "stepps", 9, "floor", "0.1")), defaults);
        assertThat(binder.problems())
                .containsExactly(
                        "unknown key 'schedule.stepps'; did you mean 'schedule.steps'?",
                        "schedule.steps is not set; expected a value: type half-cosine has no default for it");
    }

    private record Door(String address, int width, String key) implements HoldsSecrets {

        private Door {
            Check.atLeast("width", width, 1);
            if (key.contains(" ")) {
                throw InvalidSettingException.ofSecret("key", "a key without blanks");
            }
        }

        @Override
        public Map<String, Predicate<String>> secrets() {
            return Map.of("key", WHOLE);
        }

        static Door defaults() {
            return new Door("localhost", 7, "");
        }
    }

    private record House(Map<String, Door> doors) {}

    @Test
    void bind_mapOfRecords_isASectionAName() {
        RecordBinder binder = new RecordBinder();
        House house = binder.bind(
                "",
                Map.of(
                        "doors",
                        Map.of(
                                "back",
                                Map.of("address", "b", "key", "k"),
                                "side",
                                Map.of("width", 2),
                                "usual",
                                Map.of())),
                new House(Map.of()));
        assertThat(binder.problems()).isEmpty();
        assertThat(house.doors())
                .isEqualTo(Map.of(
                        "back", new Door("b", 7, "k"), "side", new Door("localhost", 2, ""), "usual", Door.defaults()));
        assertThat(new RecordBinder().bind("", RecordBinder.unbind(house), new House(Map.of())))
                .isEqualTo(house);
    }

    @Test
    void bind_mapOfRecordsWithProblems_namesEachWithoutItsSecrets() {
        RecordBinder binder = new RecordBinder();
        binder.bind(
                "house",
                Map.of(
                        "doors",
                        new TreeMap<>(Map.of(
                                "a",
                                Map.of("adress", "x"),
                                "b",
                                Map.of("width", 0, "key", "hunter 2"),
                                "c",
                                "hunter3",
                                "d",
                                Map.of("key", List.of("hunter4"))))),
                new House(Map.of()));
        assertThat(binder.problems())
                .containsExactly(
                        "unknown key 'house.doors.a.adress'; did you mean 'house.doors.a.address'?",
                        "house.doors.b.width is 0; expected 1 or more",
                        "house.doors.b.key is set, to a value that is not shown; expected a key without blanks",
                        "house.doors.c is a text, which is not shown; expected a section with keys of its own",
                        "house.doors.d.key is a list; expected one value");
    }
}
