/** In: prompts and a plan of kills; out: which of them were lost, duplicated or out of order. */
@NullMarked
package io.stillstream.bench.fault.scorer;

import org.jspecify.annotations.NullMarked;
