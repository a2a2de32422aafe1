/** Files in; the hash that identifies one, other contents in its place, whole, or nothing more of a directory, out. */
@NullMarked
package io.stillstream.contract.file;

import org.jspecify.annotations.NullMarked;
