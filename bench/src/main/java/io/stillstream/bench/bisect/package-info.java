/** Whether {@code rollout bisect} finds records that were planted to do harm. */
@NullMarked
package io.stillstream.bench.bisect;

import org.jspecify.annotations.NullMarked;
