package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.HeldOutTexts;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.heldout.TeacherLead;
import java.util.ArrayList;
import java.util.List;

/** A held-out set in the student's tokens, ready to be measured again and again. */
public final class PreparedHeldOut {

    private final HeldOutTexts texts;
    private final List<TokenizedTarget> sequences;

    private PreparedHeldOut(HeldOutTexts texts, List<TokenizedTarget> sequences) {
        this.texts = texts;
        this.sequences = sequences;
    }

    public static PreparedHeldOut of(HeldOutTexts texts, ExampleTokenizer preparer) {
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

    public String name() {
        return texts.name();
    }

    public SetRole role() {
        return texts.role();
    }

    /** At most so many, in the set's order. */
    List<TokenizedTarget> first(int count) {
        return sequences.subList(0, Math.min(count, sequences.size()));
    }

    /** Each response's conversation, in the set's order. */
    public List<String> conversations() {
        return sequences.stream()
                .map(sequence -> sequence.targets().conversationId())
                .toList();
    }

    public int responses() {
        return sequences.size();
    }

    /** How many of the set's responses the student does not take. */
    public int leftOut() {
        return texts.records().size() - sequences.size();
    }

    /** UTF-8 bytes of the responses together. */
    public long bytes() {
        return sequences.stream().mapToLong(TokenizedTarget::responseBytes).sum();
    }

    /**
     * A loss for each response, in the set's order.
     *
     * @param lead counts those of a set for selection
     */
    List<RecordLoss> measure(StudentEvaluator evaluator, TeacherLead lead) {
        List<SequenceEvaluation> evaluations = evaluator.evaluate(
                sequences.stream().map(TokenizedTarget::responseOnly).toList());
        List<RecordLoss> losses = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            losses.add(new RecordLoss(
                    evaluations.get(i).negativeLogLikelihood(), sequences.get(i).responseBytes()));
            if (role() == SetRole.SELECTION) {
                lead.add(sequences.get(i), evaluations.get(i));
            }
        }
        return losses;
    }

    /** The teacher's own loss on the same responses. */
    public double teacherBitsPerByte() {
        List<RecordLoss> losses = sequences.stream()
                .map(sequence -> new RecordLoss(sequence.teacherNats(), sequence.teacherBytes()))
                .toList();
        return RecordLoss.bitsPerByte(losses);
    }
}
