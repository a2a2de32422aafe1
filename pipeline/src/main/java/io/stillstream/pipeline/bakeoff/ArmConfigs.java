package io.stillstream.pipeline.bakeoff;

import io.stillstream.configuration.ConfigException;
import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.configuration.RecordBinder;
import io.stillstream.evaluation.bakeoff.texts.ArmSettings;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.student.StudentException;
import io.stillstream.trainer.config.TrainerConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The whole configuration of each arm. */
public final class ArmConfigs {

    /** Settings that an arm may not change, and why: all arms share them. */
    private static final Map<String, String> SHARED = Map.of(
            "trainer.student", "every arm starts from the same student",
            "trainer.chat-template", "every arm speaks to it alike",
            "trainer.teacher-chat-template", "every arm speaks to it alike",
            "teacher.generation", "every arm has the same texts");

    /** Settings, or the beginnings of their names, that a bake-off's runs do not depend on: paths, and how a stream is read. */
    private static final List<String> IRRELEVANT = List.of(
            "trainer.student",
            "trainer.data-directory",
            "trainer.teacher-tokenizer",
            "trainer.patience",
            "trainer.snapshots.",
            "trainer.evaluations.",
            "trainer.batches.accumulate",
            "trainer.batches.flush-partial-batches",
            "trainer.batches.linger",
            "trainer.batches.student-share",
            "teacher.directory",
            "teacher.tokenizer-directory",
            "teacher.cache-directory",
            "teacher.threads");

    private ArmConfigs() {}

    /**
     * The configurations by arm, in the file's order.
     *
     * @param load loads a configuration with settings that override all others
     * @throws PipelineException with every problem of every arm
     */
    public static Map<String, ArmSettings> of(ArmsFile file, Function<Map<String, String>, StillstreamConfig> load) {
        List<String> problems = new ArrayList<>();
        Map<String, ArmSettings> configs = new LinkedHashMap<>();
        file.arms().forEach((arm, settings) -> {
            SHARED.forEach((name, reason) -> {
                if (settings.keySet().stream().anyMatch(key -> key.equals(name) || key.startsWith(name + "."))) {
                    problems.add("arm '" + arm + "' sets " + name + "; expected it outside of the arms: " + reason);
                }
            });
            Map<String, String> others = new LinkedHashMap<>(settings);
            List<String> ofStudentTexts = new ArrayList<>();
            StudentTextsConfig studentTexts = studentTexts(others, ofStudentTexts);
            ofStudentTexts.forEach(problem -> problems.add("arm '" + arm + "': " + problem));
            try {
                StillstreamConfig config = load.apply(others);
                TrainerConfig trainer = config.trainerWithTeacher();
                trainer.devices().requireAvailable(TrainerConfig.DEVICE);
                if (studentTexts != null) {
                    StudentTextsConfig.mismatch(trainer.loss())
                            .ifPresent(mismatch -> problems.add("arm '" + arm + "': " + mismatch));
                }
                configs.put(
                        arm, new ArmSettings(config.teacher(), trainer, studentTexts, relevant(config, studentTexts)));
            } catch (StudentException e) {
                problems.add("arm '" + arm + "': " + e.getMessage());
            } catch (ConfigException e) {
                e.problems().forEach(problem -> problems.add("arm '" + arm + "': " + problem));
            }
        });
        if (!problems.isEmpty()) {
            throw new PipelineException("the arms have " + problems.size()
                    + (problems.size() == 1 ? " problem" : " problems") + ":\n  " + String.join("\n  ", problems));
        }
        return configs;
    }

    /**
     * How the student writes texts, where the arm says so.
     *
     * @param settings of the arm, from which these are taken out
     * @param problems takes what is wrong with them
     * @return null where the student writes none
     */
    private static @Nullable StudentTextsConfig studentTexts(Map<String, String> settings, List<String> problems) {
        String section = settings.remove(ArmsFile.STUDENT_TEXTS);
        if (section != null && !section.isEmpty()) {
            problems.add(ArmsFile.STUDENT_TEXTS + " is '" + section
                    + "'; expected a section with keys of its own, as {share: 0.25, every: 10}");
        }
        String prefix = ArmsFile.STUDENT_TEXTS + ".";
        Map<String, Object> keys = new LinkedHashMap<>();
        settings.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                keys.put(name.substring(prefix.length()), value);
            }
        });
        if (section == null && keys.isEmpty()) {
            return null;
        }
        settings.keySet().removeIf(name -> name.startsWith(prefix));
        RecordBinder binder = new RecordBinder();
        StudentTextsConfig bound = binder.bind(ArmsFile.STUDENT_TEXTS, keys, StudentTextsConfig.defaults());
        problems.addAll(binder.problems());
        return bound;
    }

    private static Map<String, String> relevant(StillstreamConfig config, @Nullable StudentTextsConfig studentTexts) {
        Map<String, String> relevant = relevant(config);
        if (studentTexts != null) {
            for (String line : EffectiveSettings.describe(studentTexts)) {
                int colon = line.indexOf(": ");
                relevant.put(ArmsFile.STUDENT_TEXTS + "." + line.substring(0, colon), line.substring(colon + 2));
            }
        }
        return relevant;
    }

    /** The settings that an arm's runs depend on, by dotted name. */
    static Map<String, String> relevant(StillstreamConfig config) {
        Map<String, String> relevant = new LinkedHashMap<>();
        for (String line : EffectiveSettings.describe(config)) {
            int colon = line.indexOf(": ");
            String name = line.substring(0, colon);
            boolean ours = name.startsWith("trainer.") || name.startsWith("teacher.");
            if (ours && IRRELEVANT.stream().noneMatch(name::startsWith)) {
                relevant.put(name, line.substring(colon + 2));
            }
        }
        return relevant;
    }
}
