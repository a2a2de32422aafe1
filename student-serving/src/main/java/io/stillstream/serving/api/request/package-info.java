/**
 * In: the bytes of a request; out: what is asked for, or an error that names the parameter. What is not supported is refused, unless
 * it asks for nothing.
 */
@NullMarked
package io.stillstream.serving.api.request;

import org.jspecify.annotations.NullMarked;
