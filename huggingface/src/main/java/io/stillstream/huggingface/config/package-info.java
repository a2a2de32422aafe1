/** In: {@code config.json}; out: the shape of the decoder that it describes. */
@NullMarked
package io.stillstream.huggingface.config;

import org.jspecify.annotations.NullMarked;
