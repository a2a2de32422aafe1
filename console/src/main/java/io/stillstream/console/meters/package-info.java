/** What the meters of this process tell a reader. In: a registry, read once a second; out: rates, ages and bounded curves. */
@NullMarked
package io.stillstream.console.meters;

import org.jspecify.annotations.NullMarked;
