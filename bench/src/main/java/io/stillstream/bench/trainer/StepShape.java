package io.stillstream.bench.trainer;

import io.stillstream.student.batch.TokenSequence;
import io.stillstream.trainer.step.TeacherSignal;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TransportTargets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A batch of equally long random texts: after their first token all are predicted. */
public record StepShape(int sequences, int length) {

    /** Tokens that a teacher's target has mass on. */
    private static final int TARGET_TOKENS = 8;

    /** How far the transport takes the label's place, as on responses that a third wrote. */
    private static final float TRUST = 0.5f;

    private static final long SEED = 1;

    /** @param text such as {@code 4x64} */
    public static StepShape of(String text) {
        String[] parts = text.split("x", -1);
        try {
            StepShape shape = new StepShape(Integer.parseInt(parts[0]), Integer.parseInt(parts[parts.length - 1]));
            if (parts.length == 2 && shape.sequences > 0 && shape.length > 1) {
                return shape;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("'" + text + "' is no batch; expected SEQUENCESxTOKENS, such as 4x64");
    }

    public int tokens() {
        return sequences * length;
    }

    int predicted() {
        return sequences * (length - 1);
    }

    TrainingBatch batch(int vocabulary, boolean withTeacher) {
        Random random = new Random(SEED);
        List<TrainingSequence> batch = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            int[] ids = random.ints(length, 0, vocabulary).toArray();
            TeacherSignal teacher = withTeacher
                    ? signal(transport(random, Arrays.copyOfRange(ids, 1, length), vocabulary))
                    : TeacherSignal.none();
            batch.add(new TrainingSequence(new TokenSequence(ids, 1, length - 1), true, teacher));
        }
        return new TrainingBatch(batch);
    }

    /** A target at every label: half of the mass on the label, and what is left halved from token to token. */
    private static TransportTargets transport(Random random, int[] labels, int vocabulary) {
        int[] ids = new int[labels.length * TARGET_TOKENS];
        float[] masses = new float[ids.length];
        for (int step = 0; step < labels.length; step++) {
            int label = labels[step];
            int[] others = random.ints(0, vocabulary)
                    .filter(id -> id != label)
                    .distinct()
                    .limit(TARGET_TOKENS - 1L)
                    .toArray();
            float mass = 0.5f;
            for (int j = 0; j < TARGET_TOKENS; j++) {
                ids[step * TARGET_TOKENS + j] = j == 0 ? label : others[j - 1];
                masses[step * TARGET_TOKENS + j] = mass;
                mass /= 2;
            }
        }
        int[] steps = new int[labels.length];
        Arrays.setAll(steps, step -> step);
        return new TransportTargets(steps, ids, masses, new float[ids.length], new float[labels.length], TRUST);
    }

    private static TeacherSignal signal(TransportTargets transport) {
        TeacherSignal none = TeacherSignal.none();
        return new TeacherSignal(
                0,
                none.logProbabilities(),
                none.matched(),
                none.pairSteps(),
                none.pairPositions(),
                none.sharedIds(),
                none.spanOfStep(),
                none.spanLogLikelihoods(),
                transport);
    }
}
