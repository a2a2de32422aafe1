/** Commands that run stages until they are told to stop. */
@NullMarked
package io.stillstream.pipeline.command.stage;

import org.jspecify.annotations.NullMarked;
