package io.stillstream.trainer.examples;

import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.TargetNeed;
import io.stillstream.trainer.step.TeacherSignal;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TransportTargets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds from one record what a loss trains on: the labels, and the teacher's scores aligned with the student's tokens.
 * They are one sequence where the labels are the response that the teacher scored, and two where they are the
 * reference.
 */
public final class ExampleBuilder {

    private final ExampleTokenizer exampleTokenizer;
    private final TextTokenizer tokenizer;
    private final LossConfig loss;
    private final Set<TargetNeed> needs;
    private final Map<ByteBuffer, Integer> tokensByText;
    private final @Nullable SpelledTransport transport;

    /** @param plans of the same student */
    public ExampleBuilder(
            ExampleTokenizer exampleTokenizer, TextTokenizer tokenizer, LossConfig loss, TransportPlans plans) {
        this.exampleTokenizer = exampleTokenizer;
        this.tokenizer = tokenizer;
        this.loss = loss;
        this.needs = loss.needs();
        this.transport = needs.contains(TargetNeed.TRANSPORT)
                ? new SpelledTransport(plans, tokenizer, new TokenJoins(tokenizer))
                : null;
        this.tokensByText = needs.contains(TargetNeed.PAIRED_COLUMNS) ? tokenizer.idsByText() : Map.of();
    }

    /** The record's sequences; empty when it has neither the labels nor the teacher's side that the loss asks for. */
    public List<TrainingSequence> make(TokenizedTarget sequence) {
        TeacherTargets targets = sequence.targets();
        boolean wantsLabels = loss.readsLabels() && targets.responseSource() != ResponseSource.STUDENT;
        return switch (loss.labels()) {
            case RESPONSE -> response(sequence, wantsLabels);
            case TEACHER -> response(sequence, wantsLabels && targets.responseSource() == ResponseSource.TEACHER);
            case REFERENCE -> withReference(sequence, wantsLabels);
        };
    }

    private List<TrainingSequence> withReference(TokenizedTarget sequence, boolean wantsLabels) {
        String reference = sequence.targets().reference();
        if (reference != null && reference.equals(sequence.targets().responseText())) {
            return response(sequence, wantsLabels);
        }
        List<TrainingSequence> sequences = new ArrayList<>(response(sequence, false));
        if (wantsLabels && reference != null && !reference.isEmpty()) {
            Optional<TrainingSequence> labels = exampleTokenizer.prepareLabels(sequence.targets(), reference);
            labels.ifPresent(sequences::add);
        }
        return sequences;
    }

    private List<TrainingSequence> response(TokenizedTarget sequence, boolean labelled) {
        if (!labelled && needs.isEmpty()) {
            return List.of();
        }
        TeacherSignal teacher = needs.isEmpty() ? TeacherSignal.none() : teacher(sequence);
        return labelled || !teacher.isNone() ? List.of(sequence.forTraining(labelled, teacher)) : List.of();
    }

    private TeacherSignal teacher(TokenizedTarget sequence) {
        RankedColumns columns = sequence.targets().columns();
        boolean paired = needs.contains(TargetNeed.PAIRED_COLUMNS) || needs.contains(TargetNeed.SHARED_IDS);
        boolean aligned = paired || needs.contains(TargetNeed.SPANS);
        ByteAlignment alignment = aligned ? ByteAlignment.of(sequence, tokenizer) : null;
        int positions = positions(sequence, paired);
        int[] none = {};
        return new TeacherSignal(
                positions,
                Arrays.copyOf(columns.logProbabilities(), positions * columns.k()),
                needs.contains(TargetNeed.PAIRED_COLUMNS) ? matched(columns) : none,
                alignment != null && paired ? alignment.pairSteps() : none,
                alignment != null && paired ? alignment.pairPositions() : none,
                alignment != null && needs.contains(TargetNeed.SHARED_IDS) ? sharedIds(columns, alignment) : none,
                alignment != null && needs.contains(TargetNeed.SPANS) ? alignment.spanOfStep() : none,
                alignment != null && needs.contains(TargetNeed.SPANS) ? alignment.spanLogLikelihoods() : new float[0],
                transport == null ? TransportTargets.none() : transport.of(sequence));
    }

    /** Pairs name their positions; position by position it is only so far that both sides have the same. */
    private int positions(TokenizedTarget sequence, boolean paired) {
        if (needs.contains(TargetNeed.COLUMNS)) {
            return sequence.teacherPositions();
        }
        return paired ? sequence.places().count() : 0;
    }

    /** Each of the student's tokens matches one column: the likelier where two columns have the same text. */
    private int[] matched(RankedColumns columns) {
        int[] matched = new int[columns.k()];
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < matched.length; i++) {
            int id = columns.selection() == Selection.SEQUENCE
                    ? tokensByText.getOrDefault(ByteBuffer.wrap(columns.text(i)), -1)
                    : -1;
            matched[i] = id >= 0 && taken.add(id) ? id : -1;
        }
        return matched;
    }

    private static int[] sharedIds(RankedColumns columns, ByteAlignment alignment) {
        int[] ids = new int[alignment.pairPositions().length * columns.k()];
        int next = 0;
        for (int position : alignment.pairPositions()) {
            for (int column = 0; column < columns.k(); column++) {
                ids[next++] = columns.id(position, column);
            }
        }
        return ids;
    }
}
