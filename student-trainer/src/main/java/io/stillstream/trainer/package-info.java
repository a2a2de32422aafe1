/**
 * The student-trainer. Its packages, in the order of the data: {@code source} reads records, {@code examples}
 * tokenizes them, {@code loop} decides when a step is taken, {@code step} takes it, {@code ledger} and {@code
 * checkpoint} make it last.
 */
@NullMarked
package io.stillstream.trainer;

import org.jspecify.annotations.NullMarked;
