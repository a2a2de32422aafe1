/**
 * What a line of a log, an export or a data set holds around the bodies of a request and its answer. In: a line; out: the call
 * that it tells of, by the reader of the first shape that it has.
 */
@NullMarked
package io.stillstream.producer.parsing.shape;

import org.jspecify.annotations.NullMarked;
