package io.stillstream.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A part of the page that is read from elsewhere.
 *
 * @param name under which the page gets it
 * @param every how long after one reading the next begins
 * @param confidential whether it holds texts of prompts: it is no event then, and asked for
 * @param reading may wait, and may throw: then the page shows the sentence of the exception in its place
 */
public record Section(String name, Duration every, boolean confidential, Supplier<JsonNode> reading) {}
