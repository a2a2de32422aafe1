/** How much memory training needs: a decoder's shape and how a step is computed in, bytes of each kind out, before anything is loaded. */
@NullMarked
package io.stillstream.trainer.memory;

import org.jspecify.annotations.NullMarked;
