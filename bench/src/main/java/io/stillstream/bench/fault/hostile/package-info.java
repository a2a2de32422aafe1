/** A stream in which some records are made to do harm, through a real scorer and a real trainer. */
@NullMarked
package io.stillstream.bench.fault.hostile;

import org.jspecify.annotations.NullMarked;
