/** HTTP: a caller's bytes in, the student's answers out, whole or as server-sent events. Alone to know Jetty. */
@NullMarked
package io.stillstream.serving.http;

import org.jspecify.annotations.NullMarked;
