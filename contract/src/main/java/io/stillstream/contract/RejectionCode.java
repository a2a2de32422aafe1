package io.stillstream.contract;

import java.util.Arrays;
import java.util.Locale;

/** Why a record is rejected: a closed set, for meters and for the headers of dead letters. */
public enum RejectionCode {
    MALFORMED_JSON,
    INVALID_UTF8,
    LINE_TOO_LONG,
    EMPTY_PROMPT,
    /** Nothing to score: production answered with nothing, or the teacher wrote nothing. */
    EMPTY_RESPONSE,
    DUPLICATE_ID,
    /** JSON as it should be, and still no prompt: a field missing or of the wrong type. */
    INVALID_PROMPT,
    /** More tokens than the model's context window takes. */
    CONTEXT_WINDOW,
    /** A record of the wire that does not decode. */
    UNREADABLE_RECORD,
    /** The model answered NaN or infinity. */
    NOT_FINITE,
    /** Targets of another teacher, tokenizer or shape than this run was started with. */
    INCOMPATIBLE,
    OTHER;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ContractException when no code has this label */
    public static RejectionCode parse(String label) {
        for (RejectionCode code : values()) {
            if (code.label().equals(label)) {
                return code;
            }
        }
        throw new ContractException("a dead letter's code is '" + label + "'; expected one of "
                + Arrays.stream(values()).map(RejectionCode::label).toList());
    }
}
