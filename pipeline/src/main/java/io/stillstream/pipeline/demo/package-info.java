/**
 * The demo's bundled teacher, student, traffic and settings, small enough to be inside the jar. In: resources; out:
 * directories and a configuration as a user would write them for other models.
 */
@NullMarked
package io.stillstream.pipeline.demo;

import org.jspecify.annotations.NullMarked;
