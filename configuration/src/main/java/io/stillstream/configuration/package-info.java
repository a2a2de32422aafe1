/**
 * Binds settings to configuration records. In: dotted names and text from YAML, environment and flags; out: records,
 * or every problem at once with the nearest known name.
 */
@NullMarked
package io.stillstream.configuration;

import org.jspecify.annotations.NullMarked;
