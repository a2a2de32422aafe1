/** Commands that read topics for people. */
@NullMarked
package io.stillstream.pipeline.command.topic;

import org.jspecify.annotations.NullMarked;
