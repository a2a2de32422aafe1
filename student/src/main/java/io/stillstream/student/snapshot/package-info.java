/**
 * A snapshot as its readers see it. In: a directory with a manifest; out: whether its files are those that were published, and
 * what the weights in it are to answer.
 */
@NullMarked
package io.stillstream.student.snapshot;

import org.jspecify.annotations.NullMarked;
