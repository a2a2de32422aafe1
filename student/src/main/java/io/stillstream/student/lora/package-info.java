/** Low-rank adapters of a student (LoRA, Hu et al., 2021), in PEFT's terms and files. */
@NullMarked
package io.stillstream.student.lora;

import org.jspecify.annotations.NullMarked;
