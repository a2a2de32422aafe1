package io.stillstream.producer.proxy.rollout;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.producer.capture.call.CalledConversation;
import io.stillstream.producer.proxy.body.CallerBody;
import io.stillstream.producer.proxy.upstream.Upstream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.jspecify.annotations.Nullable;

/**
 * Where a call may be sent.
 *
 * @param snapshot the id of the snapshot that serves there, as the rollout has it; null for production
 * @param pathAndQuery as the upstream's own base URL continues
 * @param conversation of the call; null where the rollout has no part in it
 * @param body the whole body, which can be sent more than once; null where the caller's is passed on as it comes
 */
public record Destination(
        Arm arm,
        @Nullable String snapshot,
        Upstream upstream,
        String pathAndQuery,
        @Nullable CalledConversation conversation,
        @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] body) {

    /** The one that a call goes to without any rollout, with the caller's body. */
    public static Destination production(
            Upstream upstream, String pathAndQuery, @Nullable CalledConversation conversation) {
        return new Destination(Arm.PRODUCTION, null, upstream, upstream.target(pathAndQuery), conversation, null);
    }

    public boolean isStudent() {
        return arm != Arm.PRODUCTION;
    }

    /** The body to send; not to be called without one. */
    public CallerBody content() {
        byte[] bytes = body;
        if (bytes == null) {
            throw new IllegalStateException("the caller's own body is sent");
        }
        return new CallerBody(new ByteBufferContentSource(ByteBuffer.wrap(bytes)), bytes.length, chunk -> {});
    }
}
