/**
 * What became of a prompt. In: an id, the topics, and the trainer's directory where it is here; out: each prompt with that id, from
 * its capture to what serves. Nothing is written.
 */
@NullMarked
package io.stillstream.pipeline.trace;

import org.jspecify.annotations.NullMarked;
