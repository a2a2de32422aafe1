package io.stillstream.scorer;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import java.util.Set;

/** Whether the teacher can score a request, known from its tokens alone, before anything runs. */
public sealed interface Admission {

    /**
     * A request that may be put into a batch.
     *
     * @param tokenized the request's tokens; no response tokens where the teacher is to generate the response
     * @param tokens how many positions it takes at most: what batch budgets count. Prompt and response, whose last
     *     token's position is run where the end of the text is scored
     * @param droppedRoles of turns that the teacher's chat template leaves out
     */
    record Admitted(ScoringRequest request, TokenizedResponse tokenized, int tokens, Set<String> droppedRoles)
            implements Admission {

        public Admitted {
            droppedRoles = Set.copyOf(droppedRoles);
        }

        /** With every turn. */
        public Admitted(ScoringRequest request, TokenizedResponse tokenized, int tokens) {
            this(request, tokenized, tokens, Set.of());
        }

        /** Whether the teacher generates the response before it scores it. */
        public boolean lacksResponse() {
            return request.response() == null;
        }
    }

    record Rejected(Rejection rejection) implements Admission {}

    static Admission rejected(RejectionCode code, String detail) {
        return new Rejected(new Rejection(code, detail));
    }
}
