package io.stillstream.pipeline.deadletters;

import io.stillstream.contract.text.Printable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.header.Header;

/** Shows one dead letter whole. */
public final class DeadLetterView {

    private static final int BYTES_A_LINE = 16;

    private final PrintStream out;
    private final ReplayLog log;

    public DeadLetterView(PrintStream out, ReplayLog log) {
        this.out = out;
        this.log = log;
    }

    /** Its headers, then its bytes: as text where they are text, otherwise in hexadecimal. */
    public void print(StoredDeadLetter letter) {
        line("id", letter.id());
        line("time", letter.time());
        for (Header header : letter.headers()) {
            line(Printable.line(header.key()), header.value() == null ? "" : value(header.value()));
        }
        if (letter.key() != null) {
            line("key", value(letter.key()));
        }
        line("replayed", log.replayedAt(letter.id()).map(Object::toString).orElse("no"));
        line(
                "bytes",
                String.format(Locale.ROOT, "%,d", letter.bytes().length)
                        + letter.bytesBeforeTruncation()
                                .map(all -> " of " + all + ": truncated, so it cannot be replayed")
                                .orElse(""));
        out.println();
        Optional<String> text = Printable.decode(letter.bytes());
        if (text.isPresent()) {
            out.println(Printable.text(text.get()));
        } else {
            printHex(letter.bytes());
        }
        out.flush();
    }

    public void printJson(StoredDeadLetter letter) {
        out.println(DeadLetterJson.whole(letter, log));
        out.flush();
    }

    /** The bytes of the original and nothing else. */
    public void printBytes(StoredDeadLetter letter) {
        byte[] bytes = letter.bytes();
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    private void printHex(byte[] bytes) {
        HexFormat hex = HexFormat.ofDelimiter(" ");
        for (int begin = 0; begin < bytes.length; begin += BYTES_A_LINE) {
            int end = Math.min(begin + BYTES_A_LINE, bytes.length);
            String text = new String(bytes, begin, end - begin, StandardCharsets.ISO_8859_1)
                    .replaceAll("[^\\x20-\\x7e]", ".");
            out.printf(Locale.ROOT, "%08x  %-47s  %s%n", begin, hex.formatHex(bytes, begin, end), text);
        }
    }

    private static String value(byte[] bytes) {
        return Printable.decode(bytes)
                .map(Printable::line)
                .orElseGet(() -> "0x" + HexFormat.of().formatHex(bytes));
    }

    private void line(String label, Object value) {
        out.printf(Locale.ROOT, "%-26s %s%n", label, value);
    }
}
