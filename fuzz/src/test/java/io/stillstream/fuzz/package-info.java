/**
 * Everything that reads bytes of others, given hostile ones: by {@code FuzzTest} those that once broke it, by {@code FuzzIT}
 * new ones that Jazzer makes. In: bytes. Out: nothing, or a broken promise as an {@code AssertionError}.
 */
@NullMarked
package io.stillstream.fuzz;

import org.jspecify.annotations.NullMarked;
