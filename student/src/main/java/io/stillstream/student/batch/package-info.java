/** In: sequences of token ids; out: micro-batches of padded tensors that the TorchScript modules read. */
@NullMarked
package io.stillstream.student.batch;

import org.jspecify.annotations.NullMarked;
