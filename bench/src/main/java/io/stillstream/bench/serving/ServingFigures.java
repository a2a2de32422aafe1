package io.stillstream.bench.serving;

/**
 * How fast an engine decodes.
 *
 * @param tokensPerSecond of all streams together, the reading of their prompts included
 * @param speedup beside the first number of streams
 */
public record ServingFigures(String student, int streams, double tokensPerSecond, double speedup) {}
