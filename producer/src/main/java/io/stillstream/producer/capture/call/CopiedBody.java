package io.stillstream.producer.capture.call;

import org.jspecify.annotations.Nullable;

/**
 * A copy of a request's or an answer's body, as it was on the wire.
 *
 * @param bytes owned by the record from here on: nobody writes to them any more
 * @param whole false where only the beginning was copied, because the body was longer than a copy may be
 * @param contentType the header, null where there was none
 * @param contentEncoding the header, null where there was none: the bytes are still encoded so
 */
public record CopiedBody(
        @SuppressWarnings("ArrayRecordComponent") byte[] bytes,
        boolean whole,
        @Nullable String contentType,
        @Nullable String contentEncoding) {}
