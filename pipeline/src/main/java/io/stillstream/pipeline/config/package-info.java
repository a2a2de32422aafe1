/** In: a YAML file, the environment and flags; out: the configuration of every stage. */
@NullMarked
package io.stillstream.pipeline.config;

import org.jspecify.annotations.NullMarked;
