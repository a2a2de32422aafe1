/** Fault injection: what scorer and trainer runs share. */
@NullMarked
package io.stillstream.bench.fault;

import org.jspecify.annotations.NullMarked;
