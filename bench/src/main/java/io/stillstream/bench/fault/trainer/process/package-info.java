/** In: settings and a data directory; out: a trainer in a process of its own, its clock, and what a kill left of its files. */
@NullMarked
package io.stillstream.bench.fault.trainer.process;

import org.jspecify.annotations.NullMarked;
