package io.stillstream.contract.rejection;

import java.util.Arrays;
import java.util.Locale;

/** Why a record is rejected: the label of a meter and a header of dead letters. */
public enum RejectionCode {
    MALFORMED_JSON,
    /** A row of a table that does not fit its columns. */
    MALFORMED_ROW,
    /** The file that is read is cut off or damaged at this place; what comes after it cannot be read. */
    DAMAGED_FILE,
    INVALID_UTF8,
    LINE_TOO_LONG,
    EMPTY_PROMPT,
    /** Nothing to score: the response is empty, whether it came with the prompt or the teacher generated it. */
    EMPTY_RESPONSE,
    DUPLICATE_ID,
    /** Valid JSON that is not a prompt: a field is missing or of the wrong type. */
    INVALID_PROMPT,
    /** A call that failed, whose body is no answer: an error, or a status of 400 and above. */
    FAILED_CALL,
    /** It could not be redacted, and nothing of it may be written. */
    REDACTION_FAILED,
    /** Content that no text stands for: an image, audio or a file. */
    UNSUPPORTED_CONTENT,
    /** The model's chat template refuses the conversation or cannot render it. */
    CHAT_TEMPLATE,
    /** More tokens than the model's context window takes. */
    CONTEXT_WINDOW,
    /** A record on a topic that does not decode. */
    UNREADABLE_RECORD,
    /** The model's output holds NaN or infinity. */
    NOT_FINITE,
    /** Targets of another teacher, tokenizer or shape than this run was started with. */
    INCOMPATIBLE,
    /** The process died of it twice: an abort in native code, a kill, or out of memory. It was not tried again. */
    POISON,
    /** It raised an error that nothing foresaw, which is a fault of this software and ends with this record. */
    INTERNAL_ERROR,
    OTHER;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How long the longest label is, for tables. */
    public static int longestLabel() {
        return Arrays.stream(values())
                .mapToInt(code -> code.label().length())
                .max()
                .orElse(0);
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
