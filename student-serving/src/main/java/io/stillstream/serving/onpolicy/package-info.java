/**
 * Prompts of the stream in; answers of the snapshot that is served out, as prompts that have a student's response, for the teacher to
 * score and the trainer to learn from.
 */
@NullMarked
package io.stillstream.serving.onpolicy;

import org.jspecify.annotations.NullMarked;
