/** Faults around a proxy: a broker that hangs, callers that go away. */
@NullMarked
package io.stillstream.bench.fault.proxy;

import org.jspecify.annotations.NullMarked;
