/** A cluster of three brokers whose nodes are killed and cut off, under scorers and a trainer. */
@NullMarked
package io.stillstream.bench.fault.broker;

import org.jspecify.annotations.NullMarked;
