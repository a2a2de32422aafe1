/**
 * What the console shows of a run beside its meters. In: the trainer's directory and the topics of the rollout; out: sections of
 * the console, and commands to the rollout.
 */
@NullMarked
package io.stillstream.pipeline.console;

import org.jspecify.annotations.NullMarked;
