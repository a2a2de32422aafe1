/** In: targets and a plan of faults; out: whether the trainer ends with the weights of one that nothing happened to. */
@NullMarked
package io.stillstream.bench.fault.trainer;

import org.jspecify.annotations.NullMarked;
