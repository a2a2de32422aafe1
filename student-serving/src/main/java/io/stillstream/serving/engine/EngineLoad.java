package io.stillstream.serving.engine;

/**
 * What an engine has to do.
 *
 * @param running requests that have a slot
 * @param waiting requests that wait for one
 * @param slots how many run at most
 */
public record EngineLoad(int running, int waiting, int slots) {}
