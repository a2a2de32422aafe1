package io.stillstream.producer.source;

import com.github.luben.zstd.ZstdInputStream;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.source.file.SourceFile;
import io.stillstream.producer.source.file.SourceFiles;
import io.stillstream.producer.source.format.Content;
import io.stillstream.producer.source.format.CsvRows;
import io.stillstream.producer.source.format.GzipMembers;
import io.stillstream.producer.source.format.ParquetRows;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what traffic is read from, by what it holds. */
public final class Sources {

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);
    private static final String STANDARD_INPUT_NAME = "stdin";
    private static final int HEAD_BYTES = 64 << 10;
    private static final int MAGIC_BYTES = 4;
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final byte[] ZSTD = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};

    /** The first row of a table names the columns, and a spreadsheet counts it too. */
    private static final int HEADER_ROWS = 1;

    private Sources() {}

    /**
     * A file from its start to its end.
     *
     * @param linesBefore the lines of earlier files of that name: numbers continue after them
     * @throws ProducerException when it cannot be read, or is of a format that is not read
     */
    public static LineSource open(SourceFile file, int maxLineBytes, long linesBefore) {
        InputStream in = null;
        try {
            in = Files.newInputStream(file.path());
            BufferedInputStream text = decompressed(in);
            Content content = Content.of(file.name(), head(text, HEAD_BYTES));
            if (content.kind() != Content.Kind.PARQUET) {
                return lines(file.name(), text, content, maxLineBytes, linesBefore);
            }
            in.close();
            return new RowLines(
                    file.name(), () -> new ParquetRows(file.path()), () -> {}, 0, maxLineBytes, linesBefore);
        } catch (IOException e) {
            close(in);
            throw unreadable(file.path(), e);
        } catch (ProducerException e) {
            close(in);
            throw e;
        }
    }

    /**
     * A file that is being written, without end; one that is compressed or a table is complete, and is read to its end.
     *
     * @param linesBefore the lines of earlier files of that name: numbers continue after them
     */
    public static LineSource follow(SourceFile file, int maxLineBytes, long linesBefore) {
        Content content = content(file);
        return content.kind() == Content.Kind.LINES && !isCompressed(file.path())
                ? FollowedLines.open(file, content.separator(), maxLineBytes, linesBefore)
                : open(file, maxLineBytes, linesBefore);
    }

    /** Where bytes come from, which may wait for somebody to write them. */
    private interface Opening {
        InputStream open() throws IOException;
    }

    /**
     * A stream, read once on a thread of its own, which also opens it.
     *
     * @param source see {@link SourceFiles#isStream}
     * @param standardInput stays the caller's to close
     */
    public static LineSource stream(String source, InputStream standardInput, int maxLineBytes) {
        String name = streamName(source);
        return source.equals(TrafficConfig.STANDARD_INPUT)
                ? input(standardInput, name, maxLineBytes)
                // A stream of Files asks for its position, which a pipe does not have.
                : stream(name, () -> new FileInputStream(source), maxLineBytes);
    }

    /** What the lines of a stream are named after: {@code stdin}, or a pipe's name. */
    public static String streamName(String source) {
        return source.equals(TrafficConfig.STANDARD_INPUT)
                ? STANDARD_INPUT_NAME
                : String.valueOf(Path.of(source).getFileName());
    }

    static LineSource input(InputStream in, String name, int maxLineBytes) {
        return stream(name, () -> new Unclosed(in), maxLineBytes);
    }

    private static LineSource stream(String name, Opening opening, int maxLineBytes) {
        return InputLines.open(name, () -> {
            BufferedInputStream text = decompressed(opening.open());
            Content content = Content.of(name, head(text, 1));
            if (content.kind() == Content.Kind.PARQUET) {
                throw new ProducerException("Parquet cannot be read from a stream; name the file");
            }
            return lines(name, text, content, maxLineBytes, 0);
        });
    }

    /** A stream that belongs to the caller. */
    private static final class Unclosed extends FilterInputStream {

        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }

    /** Fails when a file is of a format that is not read: to be called with every file before the first is sent. */
    public static void requireReadable(SourceFile file) {
        content(file);
    }

    private static LineSource lines(
            String name, BufferedInputStream text, Content content, int maxLineBytes, long linesBefore)
            throws IOException {
        return switch (content.kind()) {
            case LINES -> new StreamLines(name, text, new LineBreaks(content.separator(), maxLineBytes, linesBefore));
            case JSON_VALUES -> new StreamLines(name, text, new JsonValues(maxLineBytes, linesBefore));
            case CSV ->
                new RowLines(
                        name,
                        () -> new CsvRows(text, content.separator()),
                        text,
                        HEADER_ROWS,
                        maxLineBytes,
                        linesBefore);
            case PARQUET -> throw new ProducerException(name + " is compressed Parquet; decompress it first");
        };
    }

    private static Content content(SourceFile file) {
        try (BufferedInputStream text = decompressed(Files.newInputStream(file.path()))) {
            return Content.of(file.name(), head(text, HEAD_BYTES));
        } catch (IOException e) {
            throw unreadable(file.path(), e);
        }
    }

    private static boolean isCompressed(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return compression(in.readNBytes(MAGIC_BYTES)) != null;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static BufferedInputStream decompressed(InputStream in) throws IOException {
        var raw = new BufferedInputStream(in, HEAD_BYTES);
        byte[] magic = compression(head(raw, MAGIC_BYTES));
        if (magic == null) {
            return raw;
        }
        return new BufferedInputStream(magic == GZIP ? new GzipMembers(raw) : new ZstdInputStream(raw), HEAD_BYTES);
    }

    private static byte @Nullable [] compression(byte[] head) {
        return startsWith(head, GZIP) ? GZIP : startsWith(head, ZSTD) ? ZSTD : null;
    }

    private static boolean startsWith(byte[] head, byte[] magic) {
        return head.length >= magic.length && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
    }

    /**
     * The first bytes, which stay to be read: at least so many, where there are, and what comes with them. What is damaged
     * among them is found when it is read.
     */
    private static byte[] head(BufferedInputStream in, int atLeast) throws IOException {
        byte[] head = new byte[HEAD_BYTES];
        int count = 0;
        in.mark(HEAD_BYTES);
        try {
            while (count < Math.min(atLeast, HEAD_BYTES)) {
                int read = in.read(head, count, HEAD_BYTES - count);
                if (read < 0) {
                    break;
                }
                count += read;
            }
        } catch (IOException e) {
            LOG.debug("the first bytes are damaged", e);
        }
        in.reset();
        return Arrays.copyOf(head, count);
    }

    private static void close(@Nullable InputStream in) {
        if (in == null) {
            return;
        }
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("a file that could not be read could not be closed either", e);
        }
    }

    private static ProducerException unreadable(Path file, IOException cause) {
        return new ProducerException("cannot read prompts from " + file + ": " + cause.getMessage(), cause);
    }
}
