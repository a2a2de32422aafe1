/**
 * OpenAI's API as this server speaks it: {@code request} reads what callers send, {@code response} is what they get. Its errors
 * are here.
 */
@NullMarked
package io.stillstream.serving.api;

import org.jspecify.annotations.NullMarked;
