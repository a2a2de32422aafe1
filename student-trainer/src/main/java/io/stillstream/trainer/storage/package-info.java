/** Files that survive a crash, and the data directory that one trainer at a time may write. Depends on nothing. */
@NullMarked
package io.stillstream.trainer.storage;

import org.jspecify.annotations.NullMarked;
