package io.stillstream.trainer.heldout;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import org.jspecify.annotations.Nullable;

/** Sums sequences into a {@link HeldOutEvaluation}, in double precision. */
final class EvaluationSum {

    private static final double NATS_PER_BIT = Math.log(2);

    private final TextTokenizer tokenizer;
    private final @Nullable TransportPlans plans;
    private int records;
    private long tokens;
    private long bytes;
    private double nats;
    private long teacherBytes;
    private double teacherNats;
    private Agreement agreement = Agreement.NONE;
    private final TeacherLead lead = new TeacherLead();

    EvaluationSum(TextTokenizer tokenizer, @Nullable TransportPlans plans) {
        this.plans = plans;
        this.tokenizer = tokenizer;
    }

    /** @param evaluation of the response */
    void add(TokenizedTarget sequence, SequenceEvaluation evaluation) {
        nats += evaluation.negativeLogLikelihood();
        records++;
        tokens += sequence.responseTokens();
        bytes += sequence.responseBytes();
        teacherNats += sequence.teacherNats();
        teacherBytes += sequence.teacherBytes();
        lead.add(sequence, evaluation);
        agreement = agreement.plus(Agreement.count(sequence, evaluation.predictions(), tokenizer, plans));
    }

    /** NaN throughout when nothing was added. */
    HeldOutEvaluation result() {
        return new HeldOutEvaluation(
                records,
                nats / tokens,
                nats / NATS_PER_BIT / bytes,
                teacherNats / NATS_PER_BIT / teacherBytes,
                lead.bitsPerByte(),
                agreement.share());
    }
}
