package io.stillstream.contract.source;

import io.stillstream.contract.rejection.ContractException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which line of a source a prompt was: the headers of a record of {@code prompts}. Nobody but people needs them; a prompt of a
 * call through the proxy has none.
 *
 * @param source its name, as in dead letters
 * @param number counted from 1
 */
public record SourceLine(String source, long number) {

    private static final String SOURCE = "stillstream.source";
    private static final String LINE = "stillstream.line";

    public SourceLine {
        if (source.isEmpty() || number < 1) {
            throw new ContractException(
                    "a prompt is line " + number + " of '" + source + "'; expected a name, and 1 or more");
        }
    }

    public Map<String, byte[]> headers() {
        return Map.of(SOURCE, utf8(source), LINE, utf8(Long.toString(number)));
    }

    /** Empty where the headers are not there, or are something else's. */
    public static Optional<SourceLine> fromHeaders(Map<String, byte[]> headers) {
        byte @Nullable [] source = headers.get(SOURCE);
        byte @Nullable [] line = headers.get(LINE);
        if (source == null || line == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SourceLine(
                    new String(source, StandardCharsets.UTF_8),
                    Long.parseLong(new String(line, StandardCharsets.UTF_8))));
        } catch (NumberFormatException | ContractException e) {
            return Optional.empty();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
