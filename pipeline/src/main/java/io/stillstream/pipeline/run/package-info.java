/** In: a configuration; out: stages that run in one process, or one of them against a cluster. */
@NullMarked
package io.stillstream.pipeline.run;

import org.jspecify.annotations.NullMarked;
