package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * What became of one call that an arm was asked to answer: a record of {@code served-outcomes}. A call that the canary failed and
 * another arm answered is two of them.
 *
 * @param at when the arm was asked
 * @param responseId what the answer calls itself; empty where that is not known
 * @param conversation its id, which routed the call
 * @param snapshot the id of the snapshot that was asked, as the answer names it, or else as the rollout's state does; empty for
 *     {@link Arm#PRODUCTION}
 * @param failure a code, as {@code connect}, {@code status-500}, {@code timeout}, {@code broken-off}, {@code empty}, {@code content-type} or {@link #NOT_FINITE}; empty where it was answered
 * @param firstByteMillis from asking to the first byte of the answer; {@link #NO_BYTE} where none came
 * @param totalMillis from asking to the end
 * @param retriedElsewhere whether it failed before the caller saw anything of it, and another arm was asked
 * @param shadow whether it was a copy, whose answer nobody saw
 */
public record ServedOutcome(
        Instant at,
        String responseId,
        String conversation,
        String tenant,
        Arm arm,
        String snapshot,
        String failure,
        long firstByteMillis,
        long totalMillis,
        boolean retriedElsewhere,
        boolean shadow) {

    public static final long NO_BYTE = -1;

    /** As {@code failure}: the logits of the student that was asked are not finite. */
    public static final String NOT_FINITE = "not-finite";

    /** The {@code code} of the error by which a student's server says that, whole or as an event. */
    public static final String NOT_FINITE_CODE = "not_finite";

    /** The header in which it says a {@code failure} with an error that is not an event. */
    public static final String FAILURE_HEADER = "x-stillstream-failure";

    private static final Pattern FAILURE = Pattern.compile("|[a-z][a-z0-9-]{0,63}");

    public ServedOutcome {
        if (conversation.isBlank() || tenant.isBlank()) {
            throw new ContractException("the outcome of a call is of the conversation '" + conversation
                    + "' and the tenant '" + tenant + "'; expected both");
        }
        if ((arm == Arm.PRODUCTION) != snapshot.isEmpty()) {
            throw new ContractException("the outcome of a call of the arm '" + arm.label() + "' has the snapshot '"
                    + snapshot + "'; expected one with champion and canary, and only with them");
        }
        if (!FAILURE.matcher(failure).matches()) {
            throw new ContractException("the outcome of a call has the failure '" + failure
                    + "'; expected nothing, or small letters, digits and hyphens");
        }
        if (firstByteMillis < NO_BYTE || totalMillis < 0) {
            throw new ContractException("the outcome of a call has its first byte after " + firstByteMillis
                    + " ms and its end after " + totalMillis + " ms; expected no negative number, or " + NO_BYTE
                    + " for no byte");
        }
        if (retriedElsewhere && failure.isEmpty()) {
            throw new ContractException(
                    "the outcome of a call that was answered is asked elsewhere too; expected that after failures alone");
        }
    }

    /** Whether the arm answered, to the end. */
    public boolean isOk() {
        return failure.isEmpty();
    }
}
