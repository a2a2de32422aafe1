/** The configuration file of all stages. In: a YAML file, the environment and flags; out: a checked record a stage. */
@NullMarked
package io.stillstream.pipeline.config;

import org.jspecify.annotations.NullMarked;
