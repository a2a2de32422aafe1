/** Where prompts come from: a source's lines, how far it was read, and that it has ended. */
@NullMarked
package io.stillstream.contract.source;

import org.jspecify.annotations.NullMarked;
