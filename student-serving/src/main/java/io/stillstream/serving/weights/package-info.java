/**
 * Which weights are served. In: a directory, a trainer's alias or its topic; out: the snapshot that answers from now on, after it was
 * verified, loaded beside the one before, and probed with what it is to answer.
 */
@NullMarked
package io.stillstream.serving.weights;

import org.jspecify.annotations.NullMarked;
