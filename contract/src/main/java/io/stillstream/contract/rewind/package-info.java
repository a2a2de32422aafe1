/** What takes a running trainer back: what is asked for, the record that asks for it, and the trainer's answer. */
@NullMarked
package io.stillstream.contract.rewind;

import org.jspecify.annotations.NullMarked;
