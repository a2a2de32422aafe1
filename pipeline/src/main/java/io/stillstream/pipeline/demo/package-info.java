/**
 * What the demo brings along: a teacher, a student and traffic, small enough to be inside the jar. In: resources; out:
 * directories and a configuration that any other models could stand in for.
 */
@NullMarked
package io.stillstream.pipeline.demo;

import org.jspecify.annotations.NullMarked;
