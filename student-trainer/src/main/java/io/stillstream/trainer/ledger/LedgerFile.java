package io.stillstream.trainer.ledger;

import io.stillstream.trainer.TrainerException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * A ledger on disk: lines of an entry, a space and the checksum so far. Reading it checks every line.
 *
 * <p>A kill leaves a last line unfinished: its step was not taken. Any other line whose checksum is wrong was changed, and
 * nothing in the file can be trusted from there on.
 */
public final class LedgerFile {

    private static final int SEPARATOR = ' ';

    private final Path file;

    private LedgerFile(Path file) {
        this.file = file;
    }

    public static LedgerFile in(Path dataDirectory) {
        return new LedgerFile(dataDirectory.toAbsolutePath().normalize().resolve("ledger"));
    }

    /**
     * The result of reading a ledger.
     *
     * @param end after the last whole line
     * @param chain of those lines
     * @param tornBytes of a last line that was not finished
     */
    record End(LedgerPosition end, HashChain chain, long tornBytes) {}

    /**
     * Passes every entry to the reader, with the position after it. A missing file is an empty ledger.
     *
     * @return how many bytes of an unfinished line follow
     * @throws TrainerException at the first line that was changed
     */
    public long read(BiConsumer<LedgerEntry, LedgerPosition> reader) {
        return scan(reader).tornBytes();
    }

    Path path() {
        return file;
    }

    End scan(BiConsumer<LedgerEntry, LedgerPosition> reader) {
        var chain = new HashChain();
        long bytes = 0;
        long lines = 0;
        var line = new ByteArrayOutputStream();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != '\n') {
                    line.write(next);
                    continue;
                }
                lines++;
                LedgerEntry entry = entry(line.toByteArray(), chain, lines, bytes);
                bytes += line.size() + 1;
                line.reset();
                reader.accept(entry, new LedgerPosition(bytes, chain.checksum()));
            }
        } catch (NoSuchFileException e) {
            return new End(LedgerPosition.BEGINNING, chain, 0);
        } catch (IOException e) {
            throw new TrainerException("the ledger " + file + " cannot be read: " + e, e);
        }
        requireTorn(line.toByteArray(), chain, lines + 1, bytes);
        return new End(new LedgerPosition(bytes, chain.checksum()), chain, line.size());
    }

    /** A line that a kill cut short lacks its end; one that is whole and ends in another character was changed. */
    private void requireTorn(byte[] rest, HashChain chain, long number, long at) {
        int length = rest.length - 1 - HashChain.DIGITS - 1;
        if (length < 1 || rest[length] != SEPARATOR) {
            return;
        }
        String checksum = new String(rest, length + 1, HashChain.DIGITS, StandardCharsets.ISO_8859_1);
        if (chain.copy().add(Arrays.copyOf(rest, length)).equals(checksum)) {
            throw new TrainerException(damaged(
                    number, at, "it ends in the byte " + (rest[rest.length - 1] & 0xff) + "; expected a line break"));
        }
    }

    private LedgerEntry entry(byte[] line, HashChain chain, long number, long at) {
        int length = line.length - HashChain.DIGITS - 1;
        if (length < 1 || line[length] != SEPARATOR) {
            throw new TrainerException(damaged(number, at, "it has no checksum"));
        }
        byte[] text = Arrays.copyOf(line, length);
        String found = new String(line, length + 1, HashChain.DIGITS, StandardCharsets.ISO_8859_1);
        String expected = chain.add(text);
        if (!found.equals(expected)) {
            throw new TrainerException(damaged(number, at, "its checksum is '" + found + "'; expected " + expected));
        }
        try {
            return LedgerCodec.decode(text);
        } catch (IllegalArgumentException | TrainerException e) {
            throw new TrainerException(damaged(number, at, String.valueOf(e.getMessage())), e);
        }
    }

    private String damaged(long number, long at, String what) {
        return "line " + number + " of the ledger " + file + ", at byte " + at + ", was changed after it was written: "
                + what + "; restore the file from a backup, or start over from a snapshot as the student of a new data"
                + " directory";
    }

    static byte[] line(byte[] text, String checksum) {
        byte[] line = Arrays.copyOf(text, text.length + 1 + HashChain.DIGITS + 1);
        line[text.length] = (byte) SEPARATOR;
        System.arraycopy(checksum.getBytes(StandardCharsets.ISO_8859_1), 0, line, text.length + 1, HashChain.DIGITS);
        line[line.length - 1] = '\n';
        return line;
    }
}
