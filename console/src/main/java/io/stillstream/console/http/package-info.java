/** The console over HTTP. In: requests, of which those of strangers are refused; out: static files, JSON, events, commands. */
@NullMarked
package io.stillstream.console.http;

import org.jspecify.annotations.NullMarked;
