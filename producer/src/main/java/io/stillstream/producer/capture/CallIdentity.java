package io.stillstream.producer.capture;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.producer.capture.body.WireRequest;
import io.stillstream.producer.capture.call.CaptureHeaders;
import io.stillstream.producer.redaction.RedactionKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whose call it is and which conversation it belongs to: what the caller says, or else a keyed hash of what stays the same. */
final class CallIdentity {

    private static final int LONGEST_NAME = 200;
    private static final int CALLER_LETTERS = 12;
    private static final double RANGE = 0x1p64;

    private final RedactionKey key;
    private final CaptureHeaders names;
    private final double sample;

    CallIdentity(RedactionKey key, CaptureHeaders names, double sample) {
        this.key = key;
        this.names = names;
        this.sample = sample;
    }

    /** The header; without it what tells callers' credentials apart; without those, the default tenant. */
    String tenant(Map<String, String> headers, @Nullable String caller) {
        String named = headers.getOrDefault(names.tenant(), "").strip();
        if (!named.isEmpty()) {
            return shortened(named, "tenant");
        }
        return caller == null || caller.isBlank()
                ? Prompt.DEFAULT_TENANT
                : "key-" + key.word("capture.caller", caller).substring(0, CALLER_LETTERS);
    }

    /** The conversation that the header names; null where it names none. */
    @Nullable
    String conversation(Map<String, String> headers) {
        String named = headers.getOrDefault(names.conversation(), "").strip();
        return named.isEmpty() ? null : shortened(named, "conversation");
    }

    /** The conversation by the header, by the body's metadata, or by the tenant and how the chat begins. */
    String conversation(Map<String, String> headers, String tenant, WireRequest request) {
        String named = conversation(headers);
        if (named != null) {
            return named;
        }
        String inBody = request.conversationId();
        return inBody != null
                ? shortened(inBody, "conversation")
                : "chat-" + key.word("capture.conversation", tenant, request.opening());
    }

    /** Whether the conversation is in the sample: the same for all of its turns, and independent of the hold-out. */
    boolean sampled(String conversation) {
        if (sample >= 1) {
            return true;
        }
        byte[] hash = key.hash("capture.sample", conversation);
        double bits = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            bits = bits * 256 + (hash[i] & 0xff);
        }
        return bits / RANGE < sample;
    }

    /** The id of a call that has none of its own, or whose own another call has had. */
    String derivedId(String... parts) {
        return key.word("capture.prompt", parts);
    }

    /** What names something in memory without holding it. */
    String reference(String... parts) {
        return key.word("capture.reference", parts);
    }

    private String shortened(String name, String what) {
        return name.length() <= LONGEST_NAME ? name : what + '-' + key.word("capture." + what, name);
    }
}
