/**
 * What a bake-off needs before it can train: arms from a file, and texts that the teacher has written and scored once. In:
 * YAML and JSON lines; out: an arm's configuration and its teacher targets.
 */
@NullMarked
package io.stillstream.pipeline.bakeoff;

import org.jspecify.annotations.NullMarked;
