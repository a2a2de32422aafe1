/** In: chats and responses; out: the text that the student learns, in its own chat template and cut to its window. */
@NullMarked
package io.stillstream.trainer.examples.wording;

import org.jspecify.annotations.NullMarked;
