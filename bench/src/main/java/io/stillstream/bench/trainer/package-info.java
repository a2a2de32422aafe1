/** An optimizer step's time beside a Hugging Face student's in eager PyTorch. */
package io.stillstream.bench.trainer;
