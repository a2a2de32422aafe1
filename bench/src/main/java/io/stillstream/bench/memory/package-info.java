/** What training takes in memory, phase by phase: students of random weights in, measured and computed bytes out. */
@NullMarked
package io.stillstream.bench.memory;

import org.jspecify.annotations.NullMarked;
