/** What a run of the trainer tells when it ends, and while it goes on. */
@NullMarked
package io.stillstream.trainer.report;

import org.jspecify.annotations.NullMarked;
