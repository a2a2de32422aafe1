package io.stillstream.pipeline.bakeoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.evaluation.bakeoff.texts.ArmSettings;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.trainer.step.LearningRateSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArmsFileTest {

    @TempDir
    private Path directory;

    @Test
    void read_nestedAndDottedKeys_goOverTheTrainersSettings() throws Exception {
        Map<String, ArmSettings> configs = configs("""
                arms:
                  SFT: {loss.aligned-likelihood.weight: 0}
                  nested:
                    loss: {multilevelot: {variant: stable, alpha: 0.5, k: 7}}
                    teacher: {top-k: 9}
                  dotted:
                    loss.multilevelot.variant: paper
                    loss.multilevelot.alpha: 0.25
                    trainer.optimizer.learning-rate: 0.01
                    teacher.top-k: 11
                    optimizer.schedule: {type: cosine, steps: 10, minimum-factor: 0.1}
                  unchanged:
                """);

        assertThat(configs.keySet()).containsExactly("SFT", "nested", "dotted", "unchanged");
        assertThat(configs.get("SFT").trainer().loss().alignedLikelihood().weight())
                .isZero();
        assertThat(configs.get("nested").trainer().loss().multilevelot().alpha())
                .isEqualTo(0.5);
        assertThat(configs.get("nested").trainer().loss().multilevelot().k()).isEqualTo(7);
        assertThat(configs.get("nested").teacher().topK()).isEqualTo(9);
        assertThat(configs.get("dotted").trainer().loss().multilevelot().alpha())
                .isEqualTo(0.25);
        assertThat(configs.get("dotted").trainer().optimizer().learningRate()).isEqualTo(0.01);
        assertThat(configs.get("dotted").trainer().optimizer().schedule())
                .isEqualTo(new LearningRateSchedule.Cosine(10, 0.1));
        assertThat(configs.get("dotted").teacher().topK()).isEqualTo(11);
        assertThat(configs.get("unchanged").trainer())
                .isEqualTo(StillstreamConfig.defaults().trainer());
        assertThat(configs.get("unchanged").teacher())
                .isEqualTo(StillstreamConfig.defaults().teacher());
    }

    @Test
    void read_settingsBesideTheArms_areEveryArms() throws Exception {
        Map<String, ArmSettings> configs = configs("""
                trainer:
                  optimizer: {learning-rate: 0.02}
                arms:
                  one: {}
                  other: {optimizer.learning-rate: 0.03}
                """);

        assertThat(configs.get("one").trainer().optimizer().learningRate()).isEqualTo(0.02);
        assertThat(configs.get("other").trainer().optimizer().learningRate()).isEqualTo(0.03);
    }

    @Test
    void of_studentTexts_areTheArmsAloneAndTellRunsApart() throws Exception {
        Map<String, ArmSettings> configs = configs("""
                arms:
                  none: {}
                  usual: {student-texts: {}}
                  blank:
                    student-texts:
                  nested: {student-texts: {share: 0.5, every: 3}}
                  dotted: {student-texts.temperature: 0.7, student-texts.max-tokens: 9}
                """);

        assertThat(configs.get("none").studentTexts()).isNull();
        assertThat(configs.get("usual").studentTexts())
                .isEqualTo(StudentTextsConfig.defaults())
                .isEqualTo(configs.get("blank").studentTexts());
        assertThat(configs.get("nested").studentTexts()).isEqualTo(new StudentTextsConfig(0.5, 3, 1, 48));
        assertThat(configs.get("dotted").studentTexts()).isEqualTo(new StudentTextsConfig(0.25, 10, 0.7, 9));
        assertThat(configs.get("none").relevant())
                .isEqualTo(ArmConfigs.relevant(StillstreamConfig.defaults()))
                .doesNotContainKey("student-texts.share");
        assertThat(configs.get("nested").relevant())
                .containsEntry("student-texts.share", "0.5")
                .containsEntry("student-texts.every", "3")
                .containsEntry("student-texts.temperature", "1.0")
                .containsEntry("student-texts.max-tokens", "48")
                .containsAllEntriesOf(configs.get("none").relevant());
    }

    @Test
    void of_studentTextsThatCannotBe_areAllReported() {
        assertThatThrownBy(() -> configs("""
                        arms:
                          much: {student-texts: {share: 1.5, optimizer: 3}}
                          never: {student-texts: {every: 0}}
                          scalar: {student-texts: 0.5}
                          deaf: {loss.multilevelot.variant: stable, student-texts: {share: 0.5}}
                        """))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("the arms have 5 problems")
                .hasMessageContaining("arm 'much': student-texts.share is 1.5; expected 0 to 1")
                .hasMessageContaining("arm 'much': unknown key 'student-texts.optimizer'")
                .hasMessageContaining("arm 'never': student-texts.every is 0; expected 1 or more")
                .hasMessageContaining("arm 'scalar': student-texts is '0.5'; expected a section")
                .hasMessageContaining("arm 'deaf': its student is to write texts")
                .hasMessageContaining("trainer.loss.multilevelot.variant spelled");
    }

    @Test
    void of_severalProblems_areReportedAtOnceWithTheirArmsAndTheNearestNames() {
        assertThatThrownBy(() -> configs("""
                        arms:
                          first: {los.labels: teacher}
                          second:
                            loss.multilevelot: {variant: sinkhorn, alfa: 1}
                          third: {student: other, teacher.generation.temperature: 2}
                        """))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("the arms have 5 problems")
                .hasMessageContaining("arm 'first': unknown key 'trainer.los'; did you mean 'trainer.loss'?")
                .hasMessageContaining(
                        "arm 'second': trainer.loss.multilevelot.variant is 'sinkhorn'; expected one of none")
                .hasMessageContaining("arm 'second': unknown key 'trainer.loss.multilevelot.alfa'; did you mean"
                        + " 'trainer.loss.multilevelot.alpha'?")
                .hasMessageContaining("arm 'third' sets trainer.student")
                .hasMessageContaining("arm 'third' sets teacher.generation");
    }

    @Test
    void read_noArms_saysWhatIsExpected() {
        assertThatThrownBy(() -> configs("trainer: {loss.labels: teacher}\n"))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("names no arms")
                .hasMessageContaining("arms.yaml");
    }

    @Test
    void read_armThatIsNoSection_saysWhich() {
        assertThatThrownBy(() -> configs("arms: {SFT: cross-entropy}\n"))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("arm 'SFT' is 'cross-entropy'");
    }

    @Test
    void read_notYaml_saysWhere() {
        assertThatThrownBy(() -> configs("arms:\n  SFT: {loss: [\n"))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("arms.yaml, line");
    }

    @Test
    void relevant_pathsAndStreamSettings_doNotTellRunsApart() throws Exception {
        StillstreamConfig plain = StillstreamConfig.defaults();

        assertThat(ArmConfigs.relevant(load(Map.of(
                        "trainer.student",
                        "elsewhere",
                        "trainer.snapshots.keep",
                        "3",
                        "teacher.directory",
                        "elsewhere",
                        "scorer.linger",
                        "1s"))))
                .isEqualTo(ArmConfigs.relevant(plain));
        assertThat(ArmConfigs.relevant(load(Map.of("trainer.loss.labels", "teacher"))))
                .isNotEqualTo(ArmConfigs.relevant(plain));
        assertThat(ArmConfigs.relevant(load(Map.of("teacher.top-k", "3")))).isNotEqualTo(ArmConfigs.relevant(plain));
    }

    private Map<String, ArmSettings> configs(String yaml) throws IOException {
        Path path = directory.resolve("arms.yaml");
        Files.writeString(path, yaml);
        ArmsFile file = ArmsFile.read(path);
        return ArmConfigs.of(file, arm -> {
            Map<String, String> settings = new HashMap<>(file.common());
            settings.putAll(arm);
            return load(settings);
        });
    }

    private static StillstreamConfig load(Map<String, String> settings) {
        return new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
    }
}
