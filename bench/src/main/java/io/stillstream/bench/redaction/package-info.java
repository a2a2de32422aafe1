/** Plants values in chats and looks for them in what redaction lets through. */
@NullMarked
package io.stillstream.bench.redaction;

import org.jspecify.annotations.NullMarked;
