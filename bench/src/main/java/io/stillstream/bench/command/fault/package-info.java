/** Commands that injure stages and count what became of the records. */
@NullMarked
package io.stillstream.bench.command.fault;

import org.jspecify.annotations.NullMarked;
