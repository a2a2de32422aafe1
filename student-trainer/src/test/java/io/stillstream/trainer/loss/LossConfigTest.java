package io.stillstream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LossConfigTest {

    @Test
    void all_components_areEveryPermittedTermOnce() {
        List<Class<?>> components = Arrays.stream(LossConfig.class.getRecordComponents())
                .<Class<?>>map(RecordComponent::getType)
                .filter(LossTerm.class::isAssignableFrom)
                .toList();
        assertThat(components).containsExactlyInAnyOrder(LossTerm.class.getPermittedSubclasses());
        assertThat(LossConfig.crossEntropyAlone().all())
                .extracting(Object::getClass)
                .isEqualTo(components);
    }

    @Test
    void with_presetOfEveryTerm_turnsThatTermOn() {
        LossConfig.crossEntropyAlone().all().forEach(term -> {
            assertThat(term.presets()).isNotEmpty();
            term.presets()
                    .forEach((name, preset) -> assertThat(
                                    LossConfig.crossEntropyAlone().with(preset).all())
                            .as(name)
                            .contains(preset)
                            .allMatch(each -> each.isOn() == (each == preset || each instanceof CrossEntropy)));
        });
    }

    @Test
    void settings_ofAllTerms_haveNamesOfTheirOwn() {
        Set<String> names = new HashSet<>();
        for (LossTerm term : LossConfig.crossEntropyAlone().all()) {
            LossTerm preset = term.presets().values().iterator().next();
            preset.settings(1)
                    .keySet()
                    .forEach(name -> assertThat(names.add(name)).as(name).isTrue());
        }
    }

    @Test
    void describe_settingsOfTheTermsThatAreOn_areInTheirOrder() {
        assertThat(LossConfig.defaults().describe().toString())
                .isEqualTo("{name=cross_entropy+holistic_absolute_difference+sequential_logarithmic+sinkhorn_distance,"
                        + " labels=response, cross_entropy=1.0, spelled=1.0, alpha=1.0, eta=0.0, beta=1.0,"
                        + " alpha_given=0.5, trust_bytes=8.0}");
        assertThat(LossConfig.multiLevelOt(Variant.STABLE).describe().toString())
                .isEqualTo("{name=cross_entropy+holistic_absolute_difference+sequential_logarithmic+sinkhorn_distance,"
                        + " labels=response, cross_entropy=1.0, stable=1.0, alpha=1.0, eta=1.0, beta=1.0, gamma=0.1, k=50.0,"
                        + " temperature_sl=1.0, temperature_sd=2.0, lambda=0.1, rounds=20.0, greedy=0.0,"
                        + " epsilon=1.0E-4}");
        assertThat(LossConfig.crossEntropyAlone()
                        .with(new Uld(2, 10, new Ramp(0, 0.5, 100)))
                        .with(new CrossEntropy(0, Ramp.NONE))
                        .with(LossConfig.Labels.TEACHER)
                        .describe()
                        .toString())
                .isEqualTo("{name=uld, labels=teacher, uld=1.0, uld_k=10.0}");
    }

    @Test
    void abbreviation_namesOfMeters_areShort() {
        assertThat(LossConfig.abbreviation("aligned_likelihood")).isEqualTo("AL");
        assertThat(LossConfig.abbreviation("sinkhorn_distance")).isEqualTo("SD");
        assertThat(LossConfig.abbreviation("total")).isEqualTo("total");
    }

    @Test
    void constructor_termsOfDifferentSelections_namesThem() {
        LossConfig ranked = LossConfig.multiLevelOt(Variant.PAPER);
        assertThatThrownBy(() -> ranked.with(new Uld(1, 50, Ramp.NONE)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("0 beside holistic_absolute_difference+sequential_logarithmic+sinkhorn_distance:"
                        + " they need records of different selections (token and sequence), and a stream has one");
        assertThatThrownBy(() -> LossConfig.crossEntropyAlone().with(new CrossEntropy(0, Ramp.NONE)))
                .hasMessageContaining("expected above 0 where every other loss has the weight 0");
    }

    @Test
    void terms_generatedModule_callsEachScriptByItsSetting() {
        assertThat(LossModules.terms())
                .startsWith("# Generated from the list of loss terms")
                .contains("""
                        import multilevelot_stable
                        import uld
                        """)
                .contains("""
                            if "stable" in loss:
                                chosen.append(multilevelot_stable.choose_columns(sums_B_V, batch, loss))
                            return chosen[0]
                        """)
                .endsWith("""
                            if "uld" in loss:
                                found.extend(uld.values(views["top"], batch, loss, vocabulary))
                                names.append("uld")
                                reads.append("top")
                            if "aligned_likelihood" in loss:
                                found.extend(aligned_likelihood.values(views["label"], batch, loss, vocabulary))
                                names.append("aligned_likelihood")
                                reads.append("label")
                            if "kl" in loss:
                                found.extend(kl.values(views["shared"], batch, loss, vocabulary))
                                names.append("kl")
                                reads.append("shared")
                            return names, reads, found
                        """);
    }
}
