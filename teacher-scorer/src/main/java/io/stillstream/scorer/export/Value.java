package io.stillstream.scorer.export;

/** A tensor of the graph under construction: an input, an initialiser or a node's output. */
record Value(String name) {}
