package io.stillstream.trainer.heldout;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
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

    /**
     * @param nats the negative log-likelihood of the response
     * @param choices the most probable token in the place of each of its tokens
     */
    void add(TokenizedTarget sequence, double nats, int[] choices) {
        this.nats += nats;
        records++;
        tokens += sequence.responseTokens();
        bytes += sequence.responseBytes();
        teacherNats += sequence.teacherNats();
        teacherBytes += sequence.teacherBytes();
        lead.add(sequence, nats);
        agreement = agreement.plus(Agreement.count(sequence, choices, tokenizer, plans));
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
