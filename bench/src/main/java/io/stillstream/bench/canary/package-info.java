/** In: a student, a teacher and stories; out: how often, and how soon, the judge of a rollout takes a candidate back. */
@NullMarked
package io.stillstream.bench.canary;

import org.jspecify.annotations.NullMarked;
