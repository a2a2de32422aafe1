/** In: a snapshot and the address of a server; out: whether that server answers as the snapshot did when it was published. */
@NullMarked
package io.stillstream.pipeline.production.probe;

import org.jspecify.annotations.NullMarked;
