/** The proxy beside nginx and beside no proxy: one fake upstream and one load for all three, in; delays and rates, out. */
@org.jspecify.annotations.NullMarked
package io.stillstream.bench.proxy;
