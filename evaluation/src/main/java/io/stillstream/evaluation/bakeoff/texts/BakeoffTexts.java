package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.PromptInput;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.HeldOutTexts;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.writing.ExposurePlan;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.evaluation.bakeoff.writing.WrittenTextScorer;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All texts of a bake-off, scored, and the teachers that score what students write. Closing it closes those; the texts stay.
 */
public final class BakeoffTexts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BakeoffTexts.class);

    private final List<Arm> arms;
    private final List<HeldOutTexts> heldOut;
    private final Map<String, WrittenTextScorer> heldOutScorers;
    private final Collection<LazyTeacher> teachers;

    private BakeoffTexts(
            List<Arm> arms,
            List<HeldOutTexts> heldOut,
            Map<String, WrittenTextScorer> heldOutScorers,
            Collection<LazyTeacher> teachers) {
        this.arms = arms;
        this.heldOut = heldOut;
        this.heldOutScorers = heldOutScorers;
        this.teachers = teachers;
    }

    /**
     * Generates the responses that are missing with the base's settings, and scores the texts with each arm's.
     *
     * @param base how texts are generated, and the held-out ones scored
     * @param budget limits the size of a batch
     * @param configs by arm
     * @param data prompts to train on
     * @param heldOut prompts to measure on; those that are trained on are left out of them, and those that are selected by
     *     are left out of the sets for confirmation
     * @param cache the directory in which responses and targets are kept for later runs
     */
    public static BakeoffTexts of(
            TeacherConfig base,
            ScorerConfig budget,
            Map<String, ArmSettings> configs,
            Path data,
            List<HeldOutFile> heldOut,
            Path cache) {
        CachedTeacher cached = new CachedTeacher(cache, budget);
        List<Prompt> prompts = PromptsFile.read(data);
        Map<HeldOutFile, List<Prompt>> heldOutPrompts = apart(heldOut, prompts);

        List<Prompt> stream;
        List<HeldOutTexts> sets = new ArrayList<>();
        Map<TeacherConfig, List<TeacherTargets>> scored = new LinkedHashMap<>();
        try (LazyTeacher teacher = new LazyTeacher(base)) {
            stream = cached.withResponses(teacher, prompts);
            heldOutPrompts.forEach((set, ofSet) -> sets.add(new HeldOutTexts(
                    set.name(),
                    set.role(),
                    cached.scored(teacher, cached.withResponses(teacher, ofSet), Split.HELD_OUT))));
            if (configs.values().stream().anyMatch(config -> config.teacher().equals(base))) {
                scored.put(base, cached.scored(teacher, stream, Split.TRAIN));
            }
        }
        for (ArmSettings config : configs.values()) {
            scored.computeIfAbsent(config.teacher(), settings -> {
                try (LazyTeacher teacher = new LazyTeacher(settings)) {
                    return cached.scored(teacher, stream, Split.TRAIN);
                }
            });
        }
        Map<TeacherConfig, LazyTeacher> ofStudentTexts = new LinkedHashMap<>();
        Map<String, StudentWriting> writing = new LinkedHashMap<>();
        configs.forEach((name, config) -> {
            StudentTextsConfig studentTexts = config.studentTexts();
            if (studentTexts != null) {
                LazyTeacher teacher = ofStudentTexts.computeIfAbsent(config.teacher(), LazyTeacher::new);
                writing.put(
                        name,
                        new StudentWriting(studentTexts, new PromptScorer(cached, teacher, prompts, Split.TRAIN)));
            }
        });
        LazyTeacher ofHeldOut = new LazyTeacher(base);
        Map<String, WrittenTextScorer> heldOutScorers = new LinkedHashMap<>();
        heldOutPrompts.forEach((set, ofSet) ->
                heldOutScorers.put(set.name(), new PromptScorer(cached, ofHeldOut, ofSet, Split.HELD_OUT)));
        List<LazyTeacher> teachers = new ArrayList<>(ofStudentTexts.values());
        teachers.add(ofHeldOut);
        return new BakeoffTexts(arms(configs, scored, writing), sets, heldOutScorers, teachers);
    }

    public List<Arm> arms() {
        return arms;
    }

    public List<HeldOutTexts> heldOut() {
        return heldOut;
    }

    /**
     * That students write answers to prompts of the sets for confirmation, or of those for selection where there are no others.
     *
     * @param prompts the most of a set; 0 for none
     * @param maxTokens the most tokens of an answer
     */
    public ExposurePlan exposure(int prompts, int maxTokens) {
        if (prompts == 0) {
            return ExposurePlan.NONE;
        }
        boolean confirmed = heldOut.stream().anyMatch(set -> set.role() == SetRole.CONFIRMATION);
        Map<String, WrittenTextScorer> scorers = new LinkedHashMap<>(heldOutScorers);
        heldOut.stream()
                .filter(set -> confirmed && set.role() == SetRole.SELECTION)
                .forEach(set -> scorers.remove(set.name()));
        return new ExposurePlan(prompts, maxTokens, scorers);
    }

    @Override
    public void close() {
        teachers.forEach(LazyTeacher::close);
    }

    private static List<Arm> arms(
            Map<String, ArmSettings> configs,
            Map<TeacherConfig, List<TeacherTargets>> scored,
            Map<String, StudentWriting> writing) {
        Set<String> everywhere = scoredEverywhere(scored);
        List<Arm> arms = new ArrayList<>();
        configs.forEach((name, config) -> {
            List<TeacherTargets> stream = scored.getOrDefault(config.teacher(), List.of()).stream()
                    .filter(targets -> everywhere.contains(targets.promptId()))
                    .toList();
            arms.add(new Arm(name, config.trainer(), config.relevant(), stream, writing.get(name)));
        });
        return arms;
    }

    /** A text that one arm's teacher rejects is left out of every arm, so that all train on the same texts. */
    private static Set<String> scoredEverywhere(Map<TeacherConfig, List<TeacherTargets>> scored) {
        List<Set<String>> ids = scored.values().stream()
                .map(targets -> targets.stream().map(TeacherTargets::promptId).collect(Collectors.toSet()))
                .toList();
        Set<String> everywhere = new HashSet<>(ids.get(0));
        ids.forEach(everywhere::retainAll);
        return everywhere;
    }

    /** Each set without the prompts that it has to be apart from: those for selection come first. */
    private static Map<HeldOutFile, List<Prompt>> apart(List<HeldOutFile> heldOut, List<Prompt> trained) {
        Map<HeldOutFile, List<Prompt>> prompts = new LinkedHashMap<>();
        List<Prompt> selected = new ArrayList<>();
        for (SetRole role : SetRole.values()) {
            for (HeldOutFile set : heldOut) {
                if (set.role() == role) {
                    List<Prompt> left = without(trained, "trained on", set.name(), PromptsFile.read(set.file()));
                    if (role == SetRole.SELECTION) {
                        selected.addAll(left);
                    } else {
                        left = without(selected, "in a selection set", set.name(), left);
                    }
                    prompts.put(set, left);
                }
            }
        }
        return prompts;
    }

    private static List<Prompt> without(List<Prompt> others, String where, String name, List<Prompt> heldOut) {
        Set<PromptInput> known = others.stream().map(Prompt::input).collect(Collectors.toSet());
        List<Prompt> unknown = heldOut.stream()
                .filter(prompt -> !known.contains(prompt.input()))
                .toList();
        if (unknown.isEmpty()) {
            throw new EvaluationException("all " + heldOut.size() + " prompts of the held-out set '" + name + "' are "
                    + where + " too; expected prompts that are not");
        }
        if (unknown.size() < heldOut.size()) {
            LOG.warn(
                    "left {} of {} prompts out of the held-out set '{}': they are {} too",
                    heldOut.size() - unknown.size(),
                    heldOut.size(),
                    name,
                    where);
        }
        return unknown;
    }
}
