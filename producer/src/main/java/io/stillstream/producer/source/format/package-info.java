/** What a file's bytes hold. In: bytes, compressed or not; out: how their lines are found, and a table's rows. */
@NullMarked
package io.stillstream.producer.source.format;

import org.jspecify.annotations.NullMarked;
