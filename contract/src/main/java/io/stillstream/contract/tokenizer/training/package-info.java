/**
 * Makes a tokenizer for a student that has none. In: texts; out: {@code tokenizer.json} and
 * {@code tokenizer_config.json} as transformers reads them.
 */
@NullMarked
package io.stillstream.contract.tokenizer.training;

import org.jspecify.annotations.NullMarked;
