/** In: records of the rollout; out: JSON, and back. Each record has one spelling, and any other is refused. */
@NullMarked
package io.stillstream.contract.rollout.codec;

import org.jspecify.annotations.NullMarked;
