/**
 * Runs mathematics written as TorchScript source. In: Python-syntax text and named arrays; out: arrays. libtorch compiles
 * the text when it is loaded; no Python is involved.
 */
@NullMarked
package io.stillstream.trainer.torchscript;

import org.jspecify.annotations.NullMarked;
