/** The transport plan between two tokenizers: how long it takes to make, and how well it fits a text. */
@NullMarked
package io.stillstream.bench.plan;

import org.jspecify.annotations.NullMarked;
