/** Benchmarks and fault injection. Nothing here is shipped with the product. */
@NullMarked
package io.stillstream.bench;

import org.jspecify.annotations.NullMarked;
