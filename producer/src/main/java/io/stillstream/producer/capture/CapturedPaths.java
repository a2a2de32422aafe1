package io.stillstream.producer.capture;

import java.util.List;

/**
 * The paths of calls that a model answers with a text: chat completions, completions, responses and messages, under whatever
 * prefix an upstream has them.
 */
final class CapturedPaths {

    private static final List<String> ENDINGS = List.of("/completions", "/responses", "/v1/messages");

    private CapturedPaths() {}

    static boolean contains(String path) {
        String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return ENDINGS.stream().anyMatch(plain::endsWith);
    }
}
