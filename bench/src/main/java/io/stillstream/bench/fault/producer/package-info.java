/** Kills a producer that follows a growing file, and counts what a reader of committed records finds of its lines. */
@NullMarked
package io.stillstream.bench.fault.producer;

import org.jspecify.annotations.NullMarked;
