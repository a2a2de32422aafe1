/** What a person at the terminal sees while a pipeline runs. In: readings of the meters; out: lines. */
@NullMarked
package io.stillstream.pipeline.terminal;

import org.jspecify.annotations.NullMarked;
