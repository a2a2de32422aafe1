/** Texts of others, before they are shown: a text in, one line of printable characters out. */
@NullMarked
package io.stillstream.contract.text;

import org.jspecify.annotations.NullMarked;
