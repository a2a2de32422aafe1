/** LoRA adapters as PEFT stores them: a directory that changes another one, its base. */
@NullMarked
package io.stillstream.huggingface.adapter;

import org.jspecify.annotations.NullMarked;
