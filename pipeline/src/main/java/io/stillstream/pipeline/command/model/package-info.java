/** Commands that make, measure or ask a model. */
@NullMarked
package io.stillstream.pipeline.command.model;

import org.jspecify.annotations.NullMarked;
