package io.stillstream.scorer;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.ScoredResponse;

/** The outcome of scoring one request. */
public sealed interface Scoring {

    record Scored(ScoredResponse response) implements Scoring {}

    record Rejected(Rejection rejection) implements Scoring {}

    static Scoring rejected(RejectionCode code, String detail) {
        return new Rejected(new Rejection(code, detail));
    }
}
