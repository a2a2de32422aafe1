/**
 * Traffic as lines. In: a file, a file that grows, or a stream; out: numbered lines, of those that are too long the beginning.
 */
@NullMarked
package io.stillstream.producer.source;

import org.jspecify.annotations.NullMarked;
