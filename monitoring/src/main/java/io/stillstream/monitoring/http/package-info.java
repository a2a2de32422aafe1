/**
 * A small HTTP server that nobody can keep from answering. In: bytes from anybody who reaches the port; out: requests with a
 * bounded head, one a connection, and the answers that they are given.
 */
@NullMarked
package io.stillstream.monitoring.http;

import org.jspecify.annotations.NullMarked;
