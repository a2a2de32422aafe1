/** Files in; the hash that identifies one, or other contents in its place, whole, out. */
@NullMarked
package io.stillstream.contract.file;

import org.jspecify.annotations.NullMarked;
