package io.stillstream.trainer.bakeoff;

import io.stillstream.contract.TeacherTargets;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.batch.Preparation;
import io.stillstream.trainer.batch.SequencePreparer;
import io.stillstream.trainer.batch.TargetSequence;
import io.stillstream.trainer.student.LossConfig;
import java.util.List;

/** What an arm's settings make of the stream: the one place that knows. */
final class ArmExamples {

    private final SequencePreparer preparer;

    ArmExamples(SequencePreparer preparer) {
        this.preparer = preparer;
    }

    /** The loss that an arm trains with. */
    static LossConfig loss(Arm arm) {
        return arm.trainer().lossConfig();
    }

    /** One for each text of the stream, in its order. */
    List<Example> of(Arm arm) {
        List<Example> examples =
                arm.stream().stream().map(targets -> example(arm, targets)).toList();
        if (examples.stream().allMatch(example -> example.sequences().isEmpty())) {
            throw new TrainerException("arm '" + arm.name() + "' can train on none of " + examples.size() + " texts");
        }
        return examples;
    }

    private Example example(Arm arm, TeacherTargets targets) {
        if (!(preparer.prepare(targets) instanceof Preparation.Ready ready)) {
            return Example.NONE;
        }
        TargetSequence sequence = ready.sequence();
        boolean columns = loss(arm) instanceof LossConfig.MultiLevelOt;
        return new Example(List.of(columns ? sequence.withTeacher() : sequence.withoutTeacher()), sequence.length());
    }
}
