/**
 * Listening for HTTP: an address, limits and a certificate in; a running Jetty out, that stops without cutting off who waits. What is
 * answered is its users' matter.
 */
@NullMarked
package io.stillstream.http;

import org.jspecify.annotations.NullMarked;
