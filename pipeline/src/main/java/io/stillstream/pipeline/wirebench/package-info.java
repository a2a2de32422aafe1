/**
 * What teacher-targets take on a topic. In: a teacher and texts; out: bytes a response token, of a real topic and of the
 * same records laid out in other ways.
 */
@NullMarked
package io.stillstream.pipeline.wirebench;

import org.jspecify.annotations.NullMarked;
