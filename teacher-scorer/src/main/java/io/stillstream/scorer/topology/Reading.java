package io.stillstream.scorer.topology;

import io.stillstream.contract.Prompt;
import io.stillstream.contract.RejectionCode;
import io.stillstream.scorer.Admission;

/** What a source record turned out to be. */
public sealed interface Reading {

    record Accepted(Prompt prompt, Admission.Admitted admitted) implements Reading {}

    /** @param label what it is counted as; {@code reason} says it to people */
    record Refused(RejectionCode label, String reason) implements Reading {}
}
