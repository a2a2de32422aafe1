package io.stillstream.bench.proxy;

/**
 * What was measured on one way to the upstream; times in milliseconds.
 *
 * @param way {@code direct}, {@code nginx} or {@code stillstream}
 * @param callsPerSecond at saturation
 */
public record ProxyFigures(
        String way, double callP50, double callP99, double pieceP50, double pieceP99, double callsPerSecond) {}
