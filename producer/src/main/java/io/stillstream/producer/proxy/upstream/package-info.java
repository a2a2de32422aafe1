/**
 * The upstreams and the connections to them: a path or a model in, an upstream out; what is sent on to one, and what a caller is told
 * where it does not answer.
 */
@NullMarked
package io.stillstream.producer.proxy.upstream;

import org.jspecify.annotations.NullMarked;
