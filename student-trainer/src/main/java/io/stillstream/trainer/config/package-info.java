/** The section {@code trainer} of the configuration. */
@NullMarked
package io.stillstream.trainer.config;

import org.jspecify.annotations.NullMarked;
