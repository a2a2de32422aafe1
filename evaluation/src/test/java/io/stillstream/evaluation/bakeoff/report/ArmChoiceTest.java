package io.stillstream.evaluation.bakeoff.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ArmChoiceTest {

    @Test
    void of_severalSets_takesTheLeastMeanAndNotTheLeastOfOneSet() {
        ArmChoice choice = choice(
                Map.entry("SFT", List.of(0.0, 0.0)),
                Map.entry("own", List.of(-0.3, 0.2)),
                Map.entry("both", List.of(-0.1, -0.1)));

        assertThat(choice.arm()).isEqualTo("both");
        assertThat(choice.meanDifferences().get("own")).isCloseTo(-0.05, within(1e-12));
        assertThat(choice.meanDifferences().get("both")).isCloseTo(-0.1, within(1e-12));
    }

    @Test
    void of_nothingBetterThanTheBaseline_choosesTheBaseline() {
        assertThat(choice(Map.entry("worse", List.of(0.1)), Map.entry("SFT", List.of(0.0)))
                        .arm())
                .isEqualTo("SFT");
    }

    @Test
    void of_armThatDivergedOnOneSet_isNotChosen() {
        assertThat(choice(Map.entry("SFT", List.of(0.0, 0.0)), Map.entry("diverged", List.of(-5.0, Double.NaN)))
                        .arm())
                .isEqualTo("SFT");
    }

    @Test
    void of_baselineThatDiverged_choosesNothing() {
        assertThat(choice(Map.entry("SFT", List.of(Double.NaN)), Map.entry("OT", List.of(Double.NaN)))
                        .arm())
                .isNull();
    }

    @Test
    void of_equalArms_takesTheFirst() {
        assertThat(choice(Map.entry("SFT", List.of(0.0)), Map.entry("b", List.of(-0.1)), Map.entry("a", List.of(-0.1)))
                        .arm())
                .isEqualTo("b");
    }

    @SafeVarargs
    private static ArmChoice choice(Map.Entry<String, List<Double>>... arms) {
        Map<String, List<Double>> differences = new LinkedHashMap<>();
        for (Map.Entry<String, List<Double>> arm : arms) {
            differences.put(arm.getKey(), arm.getValue());
        }
        return ArmChoice.of("SFT", differences);
    }
}
