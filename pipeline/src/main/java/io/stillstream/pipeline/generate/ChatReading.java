package io.stillstream.pipeline.generate;

import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.text.Printable;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What is said of a chat that a model reads in part or not at all. */
final class ChatReading {

    static final Rejection NO_TEMPLATE = new Rejection(
            RejectionCode.CHAT_TEMPLATE,
            "the model has no chat template for a chat; name one with --chat-template FILE, or 'none' for plain lines");

    /** A template for chats without a turn of these may well leave it out; one of another role is likely a mistake. */
    private static final Set<String> KNOWN_ROLES =
            Set.of("system", "developer", "user", "assistant", "tool", "function");

    private ChatReading() {}

    /**
     * Warns of turns that the template left out.
     *
     * @return a rejection where one is of a role that no API has
     */
    static Optional<Rejection> check(String promptId, Set<String> droppedRoles, Consumer<String> warnings) {
        Set<String> known = new TreeSet<>(droppedRoles);
        known.retainAll(KNOWN_ROLES);
        Set<String> unknown = new TreeSet<>(droppedRoles);
        unknown.removeAll(KNOWN_ROLES);
        if (!unknown.isEmpty()) {
            return Optional.of(new Rejection(
                    RejectionCode.CHAT_TEMPLATE,
                    "the model's chat template knows no role " + Printable.line(String.join(", ", unknown))
                            + " and leaves its messages out; expected one of " + new TreeSet<>(KNOWN_ROLES)));
        }
        if (!known.isEmpty()) {
            warnings.accept(
                    "prompt '" + Printable.line(promptId) + "': the model's chat template leaves out messages of "
                            + String.join(", ", known) + "; the model does not read them");
        }
        return Optional.empty();
    }
}
