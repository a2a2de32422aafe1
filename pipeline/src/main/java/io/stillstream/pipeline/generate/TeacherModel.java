package io.stillstream.pipeline.generate;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A teacher that answers as it does where traffic has no response. */
public final class TeacherModel implements AnsweringModel {

    private final OnnxTeacher teacher;
    private final boolean readsChats;
    private final Consumer<String> warnings;

    private TeacherModel(OnnxTeacher teacher, boolean readsChats, Consumer<String> warnings) {
        this.teacher = teacher;
        this.readsChats = readsChats;
        this.warnings = warnings;
    }

    /**
     * @param config with how responses are generated
     * @param warnings given a sentence for each chat of which a part is not read
     */
    public static TeacherModel open(TeacherConfig config, Consumer<String> warnings) {
        // Answers are scored for one thing alone: whether the model's numbers are finite.
        TeacherConfig leanest = config.withColumns(config.selection(), config.ranking(), 1);
        OnnxTeacher teacher = OnnxTeacher.open(leanest);
        boolean plainLines = ChatTemplateFiles.NONE.equals(config.chatTemplate());
        return new TeacherModel(
                teacher, plainLines || !teacher.identity().template().isEmpty(), warnings);
    }

    @Override
    public Outcome<Answer> answer(Prompt prompt, Consumer<String> pieces) {
        Outcome<Admission.Admitted> admitted = admit(prompt);
        return admitted instanceof Outcome.Accepted<Admission.Admitted> accepted
                ? answer(teacher.score(accepted.value(), pieces))
                : new Outcome.Rejected<>(((Outcome.Rejected<Admission.Admitted>) admitted).rejection());
    }

    @Override
    public List<Outcome<Answer>> answer(List<Prompt> prompts) {
        Map<Integer, Outcome<Answer>> outcomes = new TreeMap<>();
        List<Integer> places = new ArrayList<>();
        List<Admission.Admitted> batch = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Outcome<Admission.Admitted> admitted = admit(prompts.get(i));
            if (admitted instanceof Outcome.Accepted<Admission.Admitted> accepted) {
                places.add(i);
                batch.add(accepted.value());
            } else if (admitted instanceof Outcome.Rejected<Admission.Admitted> rejected) {
                outcomes.put(i, new Outcome.Rejected<>(rejected.rejection()));
            }
        }
        List<Scoring> scored = teacher.score(batch);
        for (int i = 0; i < batch.size(); i++) {
            outcomes.put(places.get(i), answer(scored.get(i)));
        }
        return List.copyOf(outcomes.values());
    }

    private Outcome<Admission.Admitted> admit(Prompt prompt) {
        if (prompt.input() instanceof Chat && !readsChats) {
            return new Outcome.Rejected<>(ChatReading.NO_TEMPLATE);
        }
        Admission admission = teacher.admit(prompt.withResponse(null));
        if (admission instanceof Admission.Rejected rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        Admission.Admitted admitted = (Admission.Admitted) admission;
        Optional<Rejection> unread = ChatReading.check(prompt.id(), admitted.droppedRoles(), warnings);
        return unread.isPresent() ? new Outcome.Rejected<>(unread.get()) : Outcome.accepted(admitted);
    }

    private static Outcome<Answer> answer(Scoring scoring) {
        if (scoring instanceof Scoring.Rejected rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        ScoredResponse response = ((Scoring.Scored) scoring).response();
        return Outcome.accepted(new Answer(response.text(), response.finishReason()));
    }

    @Override
    public void close() {
        teacher.close();
    }
}
