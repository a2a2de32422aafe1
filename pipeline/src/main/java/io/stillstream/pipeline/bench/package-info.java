/**
 * Measurements of the teacher-scorer beside named baselines, interleaved. In: a teacher's directory; out: figures as
 * records, which the commands print and write as JSON.
 */
@NullMarked
package io.stillstream.pipeline.bench;

import org.jspecify.annotations.NullMarked;
