/**
 * Bodies while they pass: a caller's bytes in; the same out, a bounded copy of them, or what they say of their model.
 */
@NullMarked
package io.stillstream.producer.proxy.body;

import org.jspecify.annotations.NullMarked;
