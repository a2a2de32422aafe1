package io.stillstream.producer.capture.call;

import io.stillstream.configuration.Check;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The headers of a request that capture reads. They go to the upstream like any other.
 *
 * @param optOut a call with this header and {@code no}, {@code false} or {@code 0} in it is not captured
 * @param conversation names the conversation that the call is a turn of
 * @param tenant names whose call it is, for caps and for the prompt's tenant
 */
public record CaptureHeaders(String optOut, String conversation, String tenant) {

    /** What HTTP allows in a header's name. */
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    public CaptureHeaders {
        check("optOut", optOut);
        check("conversation", conversation);
        check("tenant", tenant);
        optOut = optOut.toLowerCase(Locale.ROOT);
        conversation = conversation.toLowerCase(Locale.ROOT);
        tenant = tenant.toLowerCase(Locale.ROOT);
    }

    public static CaptureHeaders defaults() {
        return new CaptureHeaders("x-stillstream-capture", "x-conversation-id", "x-tenant-id");
    }

    /** All of them, in lower case. */
    public Set<String> names() {
        return Set.of(optOut, conversation, tenant);
    }

    private static void check(String component, String name) {
        Check.that(NAME.matcher(name).matches(), component, name, "the name of a header");
    }
}
