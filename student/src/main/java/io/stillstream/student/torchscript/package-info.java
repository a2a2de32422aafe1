/** In: TorchScript source; out: modules that libtorch runs. */
@NullMarked
package io.stillstream.student.torchscript;

import org.jspecify.annotations.NullMarked;
