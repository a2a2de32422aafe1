package io.stillstream.trainer.examples;

import io.stillstream.contract.RankedColumns;
import io.stillstream.contract.ResponseSource;
import io.stillstream.contract.Selection;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.batch.TargetNeeds;
import io.stillstream.student.batch.TeacherSignal;
import io.stillstream.student.batch.TrainingSequence;
import io.stillstream.trainer.loss.LossConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes of one record what a loss trains on: its labels, and its teacher's side laid beside the student's tokens. They are
 * one sequence where the labels are the response that the teacher scored, and two where they are the reference.
 */
public final class ExampleBuilder {

    private final ExampleTokenizer preparer;
    private final TextTokenizer tokenizer;
    private final LossConfig loss;
    private final TargetNeeds needs;
    private final Map<ByteBuffer, Integer> tokensByText = new HashMap<>();

    public ExampleBuilder(ExampleTokenizer preparer, TextTokenizer tokenizer, LossConfig loss) {
        this.preparer = preparer;
        this.tokenizer = tokenizer;
        this.loss = loss;
        this.needs = loss.needs();
        if (needs.pairedColumns()) {
            for (int id = tokenizer.vocabularySize() - 1; id >= 0; id--) {
                byte[] text = tokenizer.bytes(id);
                if (text.length > 0) {
                    tokensByText.put(ByteBuffer.wrap(text), id);
                }
            }
        }
    }

    /** The record's sequences; empty when it has neither the labels nor the teacher's side that the loss asks for. */
    public List<TrainingSequence> make(TokenizedTarget sequence) {
        TeacherTargets targets = sequence.targets();
        boolean wantsLabels = loss.crossEntropy().weight() > 0;
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
            Optional<TrainingSequence> labels =
                    preparer.prepareLabels(sequence.targets().promptText(), reference);
            labels.ifPresent(sequences::add);
        }
        return sequences;
    }

    private List<TrainingSequence> response(TokenizedTarget sequence, boolean labelled) {
        if (!labelled && !needs.any()) {
            return List.of();
        }
        return List.of(sequence.forTraining(labelled, needs.any() ? teacher(sequence) : TeacherSignal.none()));
    }

    private TeacherSignal teacher(TokenizedTarget sequence) {
        RankedColumns columns = sequence.targets().columns();
        boolean paired = needs.pairedColumns() || needs.sharedIds();
        boolean aligned = paired || needs.spans();
        ByteAlignment alignment = aligned ? ByteAlignment.of(sequence, tokenizer) : null;
        int positions = needs.columns() || paired ? sequence.teacherPositions() : 0;
        int[] none = {};
        return new TeacherSignal(
                positions,
                Arrays.copyOf(columns.logProbabilities(), positions * columns.k()),
                needs.pairedColumns() ? matched(columns) : none,
                alignment != null && paired ? alignment.pairSteps() : none,
                alignment != null && paired ? alignment.pairPositions() : none,
                alignment != null && needs.sharedIds() ? sharedIds(columns, alignment) : none,
                alignment != null && needs.spans() ? alignment.spanOfStep() : none,
                alignment != null && needs.spans() ? alignment.spanLogLikelihoods() : new float[0]);
    }

    /** A student's token answers to one column: the likelier where two columns stand for the same text. */
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
