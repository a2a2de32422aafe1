/**
 * Configuration from one YAML file, the environment and flags, in rising order of precedence. In: text; out: validated
 * records, or every problem at once.
 */
@NullMarked
package io.stillstream.pipeline.config;

import org.jspecify.annotations.NullMarked;
