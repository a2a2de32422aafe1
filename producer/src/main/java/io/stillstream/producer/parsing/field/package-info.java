/**
 * The values of a line. In: JSON; out: values of the type that a reader expects, or the refusal that names the field, its kind
 * and what was expected. Each value remembers whether it was read, so that what nobody read can be reported.
 */
@NullMarked
package io.stillstream.producer.parsing.field;

import org.jspecify.annotations.NullMarked;
