package io.stillstream.evaluation.bakeoff;

import io.stillstream.contract.Outcome;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.heldout.TeacherLead;
import java.util.ArrayList;
import java.util.List;

/** A held-out set in the student's tokens, ready to be measured again and again. */
final class PreparedHeldOut {

    private final HeldOutTexts texts;
    private final List<TokenizedTarget> sequences;

    private PreparedHeldOut(HeldOutTexts texts, List<TokenizedTarget> sequences) {
        this.texts = texts;
        this.sequences = sequences;
    }

    static PreparedHeldOut of(HeldOutTexts texts, ExampleTokenizer preparer) {
        List<TokenizedTarget> sequences = new ArrayList<>();
        for (TeacherTargets targets : texts.records()) {
            if (preparer.tokenize(targets) instanceof Outcome.Accepted<TokenizedTarget> accepted) {
                sequences.add(accepted.value());
            }
        }
        if (sequences.isEmpty()) {
            throw new EvaluationException("the student takes none of the "
                    + texts.records().size() + " texts of the held-out set '" + texts.name() + "'");
        }
        return new PreparedHeldOut(texts, sequences);
    }

    String name() {
        return texts.name();
    }

    SetRole role() {
        return texts.role();
    }

    /** Counts what was {@link #measure}d for the teacher's lead. */
    void addTo(TeacherLead lead, List<RecordLoss> losses) {
        for (int i = 0; i < sequences.size(); i++) {
            lead.add(sequences.get(i), losses.get(i).nats());
        }
    }

    /** At most so many, in the set's order. */
    List<TokenizedTarget> first(int count) {
        return sequences.subList(0, Math.min(count, sequences.size()));
    }

    /** Each response's conversation, in the set's order. */
    List<String> conversations() {
        return sequences.stream()
                .map(sequence -> sequence.targets().conversationId())
                .toList();
    }

    BakeoffReport.HeldOut describe() {
        return new BakeoffReport.HeldOut(
                texts.name(),
                texts.role(),
                sequences.size(),
                (int) conversations().stream().distinct().count(),
                texts.records().size() - sequences.size(),
                sequences.stream().mapToLong(TokenizedTarget::responseBytes).sum(),
                teacherBitsPerByte());
    }

    /** A loss for each response, in the set's order. */
    List<RecordLoss> measure(StudentEvaluator evaluator) {
        List<SequenceEvaluation> evaluations = evaluator.evaluate(
                sequences.stream().map(TokenizedTarget::responseOnly).toList());
        List<RecordLoss> losses = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            losses.add(new RecordLoss(
                    evaluations.get(i).negativeLogLikelihood(), sequences.get(i).responseBytes()));
        }
        return losses;
    }

    /** The teacher's own loss on the same responses. */
    private double teacherBitsPerByte() {
        List<RecordLoss> losses = sequences.stream()
                .map(sequence -> new RecordLoss(sequence.teacherNats(), sequence.teacherBytes()))
                .toList();
        return RecordLoss.bitsPerByte(losses);
    }
}
