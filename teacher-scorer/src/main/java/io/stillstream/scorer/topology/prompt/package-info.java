/** Prompts on their way to the teacher. In: records; out: micro-batches of admitted prompts, and what came of each, also
 * where one of them raises an error or kills the process. */
@NullMarked
package io.stillstream.scorer.topology.prompt;

import org.jspecify.annotations.NullMarked;
