/** What callers get: OpenAI's objects as records, and their JSON. */
@NullMarked
package io.stillstream.serving.api.response;

import org.jspecify.annotations.NullMarked;
