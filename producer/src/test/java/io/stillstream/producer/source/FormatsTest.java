package io.stillstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.source.file.SourceFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each format that is read, and what is said of those that are not. */
class FormatsTest {

    private static final int MAX_LINE_BYTES = 1 << 20;

    @TempDir
    private Path directory;

    @Test
    void gzip_isReadAsItsLines() throws Exception {
        assertThat(texts(resource("t.jsonl.gz")))
                .containsExactly(
                        "{\"id\":\"gz1\",\"prompt\":\"Hi\",\"response\":\"Ho\"}",
                        "{\"id\":\"gz2\",\"prompt\":\"Hi\",\"response\":\"Ho\"}");
    }

    @Test
    void array_isReadAsItsElements() throws Exception {
        List<Polled> elements = read(resource("array.json"));

        assertThat(elements).hasSize(2).allMatch(Line.class::isInstance);
        assertThat(json(elements.get(0))).isEqualTo("{\"id\":\"arr1\",\"prompt\":\"Hi\",\"response\":\"Ho\"}");
        assertThat(((Line) elements.get(1)).number()).isEqualTo(2);
    }

    @Test
    void carriageReturns_endLines() throws Exception {
        assertThat(texts(resource("cr.jsonl")))
                .containsExactly(
                        "{\"id\":\"cr1\",\"prompt\":\"Hi\",\"response\":\"Ho\"}",
                        "{\"id\":\"cr2\",\"prompt\":\"Hi\",\"response\":\"Ho\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
    void utf16_isNamed(String charset) throws Exception {
        Path file = write("t.jsonl", "{\"prompt\":\"Hi\"}\n".getBytes(Charset.forName(charset)));
        String name = charset.substring(0, 6);

        if (charset.equals("UTF-32")) {
            // Java writes it without a mark, and its zeros are not those of UTF-16.
            Files.write(file, concat(new byte[] {0, 0, (byte) 0xFE, (byte) 0xFF}, Files.readAllBytes(file)));
        }
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("t.jsonl is " + name)
                .hasMessageContaining("expected UTF-8")
                .hasMessageContaining("iconv");
    }

    @Test
    void utf16_ofTheCase_isNamed() {
        assertThatThrownBy(() -> read(resource("utf16.jsonl")))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("utf16.jsonl is UTF-16");
    }

    @ParameterizedTest
    @CsvSource({"'PK\u0003\u0004',unzip", "BZh9,bzip2", "'\u00FD7zXZ',xz"})
    void otherArchives_areNamedWithTheirRemedy(String magic, String remedy) throws Exception {
        Path file = write("t.jsonl", magic.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining(remedy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1}\\n{\"a\":2}|2",
                "[{\"a\":1},{\"a\":2}]|2",
                "[{\"a\":1},\\n{\"a\":2}]\\n|2",
                "\\n  [ ]|0",
                "{\\n \"a\": 1\\n}\\n{\\n \"a\": 2\\n}|2",
                "{\"a\":1,\\n \"b\": [1, {\"c\": \"]}\\\"\"}]}|1",
                "[1]\\n{\"a\":2}\\n|2",
                "garbage, first\\n{\"a\":2}\\n|2",
                "{\"a\":\\n{\"a\":2}\\n|2",
                "[\"text, with ] and \\\" in it\", 12, null]|3"
            })
    void layout_isFoundByTheContent(String text, int lines) throws Exception {
        Path file = write("t", text.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8));

        assertThat(read(file)).hasSize(lines).allMatch(Line.class::isInstance);
    }

    @Test
    void arrayElement_isKeptByteForByteAndABrokenOneIsALineOfItsOwn() throws Exception {
        Path file =
                write("t.json", "[ {\"a\" : 1.50} , {\"b\": } , nonsense, {\"c\":3}".getBytes(StandardCharsets.UTF_8));

        List<Polled> elements = read(file);

        assertThat(elements.subList(0, 4))
                .extracting(FormatsTest::text)
                .containsExactly("{\"a\" : 1.50}", "{\"b\": }", "nonsense", "{\"c\":3}");
        assertThat(elements.get(4)).isInstanceOfSatisfying(Polled.Unusable.class, cut -> {
            assertThat(cut.damaged()).isTrue();
            assertThat(cut.rejection().detail()).contains("after 4 whole lines").contains("not closed");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void compressed_cutOff_givesWhatCameBeforeAndNamesThePlace(String format) throws Exception {
        StringBuilder text = new StringBuilder();
        var random = new java.util.Random(1);
        for (int line = 0; line < 20_000; line++) {
            text.append("{\"id\":")
                    .append(line)
                    .append(",\"prompt\":\"")
                    .append(random.nextLong())
                    .append("\"}\n");
        }
        byte[] whole = compress(format, text.toString());
        Path file = write("t", Arrays.copyOf(whole, whole.length * 2 / 3));

        List<Polled> read = read(file);

        List<Polled> lines = read.subList(0, read.size() - 1);
        assertThat(lines).hasSizeGreaterThan(1000).allMatch(Line.class::isInstance);
        assertThat(text.toString())
                .startsWith(
                        String.join("\n", lines.stream().map(FormatsTest::text).toList()));
        assertThat(read.get(read.size() - 1)).isInstanceOfSatisfying(Polled.Unusable.class, damage -> {
            assertThat(damage.damaged()).isTrue();
            assertThat(damage.rejection().code()).isEqualTo(RejectionCode.DAMAGED_FILE);
            assertThat(damage.rejection().detail()).contains("after " + lines.size() + " whole lines");
        });
    }

    @Test
    void gzip_membersAfterEachOther_areAllRead() throws Exception {
        Path file = write("t.gz", concat(compress("gzip", "{\"a\":1}\n"), compress("gzip", "{\"a\":2}\n")));

        assertThat(texts(file)).containsExactly("{\"a\":1}", "{\"a\":2}");
    }

    @Test
    void gzip_otherBytesAfterIt_areNotDropped() throws Exception {
        Path file = write(
                "t.gz",
                concat(compress("gzip", "{\"a\":1}\n"), "{\"a\":2}\n".repeat(9).getBytes(StandardCharsets.UTF_8)));

        List<Polled> read = read(file);

        assertThat(text(read.get(0))).isEqualTo("{\"a\":1}");
        assertThat(read.get(1)).isInstanceOf(Polled.Unusable.class);
    }

    @Test
    void csv_rowsAreObjectsOfTheNamedColumns() throws Exception {
        String text = """
                \uFEFFid,prompt,response,messages,weight
                1,"Say ""hi"",
                please",[1],,0
                2,,Ho,"[{""role"":""user"",""content"":""é""}]",
                """;
        Path file = write("t.csv", text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));

        List<Polled> rows = read(file);

        assertThat(rows)
                .extracting(FormatsTest::text)
                .containsExactly(
                        "{\"id\":\"1\",\"prompt\":\"Say \\\"hi\\\",\\r\\nplease\",\"response\":\"[1]\",\"weight\":0}",
                        "{\"id\":\"2\",\"response\":\"Ho\",\"messages\":[{\"role\":\"user\",\"content\":\"é\"}]}");
        assertThat(rows).extracting(row -> ((Line) row).number()).containsExactly(2L, 3L);
    }

    /** A cell of JSON is taken as it is written, and one that only a careless reader understands stays text. */
    @Test
    void csv_structuredCells_keepNumbersAsWrittenAndNoNameTwice() throws Exception {
        Path file = write("t.csv", """
                tools,metadata
                "[{""least"":-0.0,""most"":1e400}]","{""a"":1,""a"":2}"
                """.getBytes(StandardCharsets.UTF_8));

        assertThat(read(file))
                .extracting(FormatsTest::text)
                .containsExactly(
                        "{\"tools\":[{\"least\":-0.0,\"most\":1e400}],\"metadata\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}");
    }

    @Test
    void csv_badRows_areRejectedAlone() throws Exception {
        Path file = write(
                "t.csv",
                concat(
                        "prompt;response\na;b;c\n".getBytes(StandardCharsets.UTF_8),
                        new byte[] {(byte) 0xFF, ';', 'x', '\n'},
                        "\"q\"uote;r\nlast;one\n".getBytes(StandardCharsets.UTF_8)));

        List<Polled> rows = read(file);

        assertThat(rows.get(0)).isInstanceOfSatisfying(Polled.Unusable.class, row -> {
            assertThat(row.damaged()).isFalse();
            assertThat(row.rejection().detail()).contains("3 cells");
        });
        assertThat(rows.get(1))
                .isInstanceOfSatisfying(
                        Polled.Unusable.class,
                        row -> assertThat(row.rejection().detail()).contains("column prompt is not valid UTF-8"));
        assertThat(text(rows.get(2))).isEqualTo("{\"prompt\":\"quote\",\"response\":\"r\"}");
        assertThat(text(rows.get(3))).isEqualTo("{\"prompt\":\"last\",\"response\":\"one\"}");
    }

    @Test
    void csv_unclosedQuote_namesThePlace() throws Exception {
        Path file = write("t.csv", "prompt,response\na,b\nc,\"d\n\n".getBytes(StandardCharsets.UTF_8));

        List<Polled> rows = read(file);

        assertThat(text(rows.get(0))).isEqualTo("{\"prompt\":\"a\",\"response\":\"b\"}");
        assertThat(rows.get(1)).isInstanceOfSatisfying(Polled.Unusable.class, row -> {
            assertThat(row.damaged()).isTrue();
            assertThat(row.line().number()).isEqualTo(3);
        });
    }

    /** So that the files after it are read. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"\"prompt | EOF reached", "prompt,response,prompt | the first row names the column 'prompt' twice"
            })
    void csv_firstRowThatNamesNoColumns_isADamagedFile(String header, String problem) throws Exception {
        Path file = write("t.csv", (header + "\na,b,c\n").getBytes(StandardCharsets.UTF_8));

        assertThat(read(file)).singleElement().isInstanceOfSatisfying(Polled.Unusable.class, damage -> {
            assertThat(damage.damaged()).isTrue();
            assertThat(damage.rejection().code()).isEqualTo(RejectionCode.DAMAGED_FILE);
            assertThat(damage.rejection().detail()).contains("after 0 rows", problem);
        });
    }

    /** Written by pyarrow 21 with each of its codecs. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "lz4"})
    void parquet_nestedColumnsAreJson(String codec) throws Exception {
        assertThat(texts(resource("rows-" + codec + ".parquet")))
                .containsExactly(
                        "{\"id\":\"q1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\"}],"
                                + "\"response\":\"Ho\",\"n\":1,\"f\":0.5,\"t\":\"2024-05-01T12:00:00.123Z\","
                                + "\"d\":\"2024-05-01\",\"meta\":{\"a\":\"b\"},\"tags\":[\"x\",\"y\"],\"flag\":true,"
                                + "\"big\":1099511627776}",
                        "{\"id\":\"q2\",\"messages\":[],\"f\":1.0E300}");
    }

    @Test
    void parquet_mapsAndDecimals() throws Exception {
        assertThat(texts(resource("map.parquet")))
                .containsExactly(
                        "{\"id\":\"m1\",\"metadata\":{\"k\":\"v\",\"k2\":null},\"prompt\":\"Hé 😀\",\"dec\":1.50}");
    }

    @Test
    void parquet_unknownCodecOrDamage_isNamed() throws Exception {
        assertThat(read(resource("rows-brotli.parquet")))
                .singleElement()
                .isInstanceOfSatisfying(
                        Polled.Unusable.class,
                        rows -> assertThat(rows.rejection().detail()).contains("BROTLI"));
        byte[] bytes = Files.readAllBytes(resource("rows-none.parquet"));
        Path cut = write("t.parquet", Arrays.copyOf(bytes, bytes.length - 10));
        assertThat(read(cut)).singleElement().isInstanceOfSatisfying(Polled.Unusable.class, damage -> {
            assertThat(damage.damaged()).isTrue();
            assertThat(damage.rejection().code()).isEqualTo(RejectionCode.DAMAGED_FILE);
            assertThat(damage.rejection().detail()).contains("after 0 rows", "no Parquet file that can be read");
        });
    }

    @Test
    void input_isReadByItsContentToo() throws Exception {
        byte[] gzip = concat(compress("gzip", "{\"a\":1}\n"), compress("gzip", "{\"a\":2}\n"));
        try (LineSource source = Sources.input(new ByteArrayInputStream(gzip), "stdin", MAX_LINE_BYTES)) {
            assertThat(read(source)).extracting(FormatsTest::text).containsExactly("{\"a\":1}", "{\"a\":2}");
        }
        byte[] utf16 = "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE);
        try (LineSource source = Sources.input(new ByteArrayInputStream(utf16), "stdin", MAX_LINE_BYTES)) {
            assertThatThrownBy(() -> read(source)).hasMessageContaining("stdin is UTF-16");
        }
    }

    private Path write(String name, byte[] bytes) throws Exception {
        return Files.write(directory.resolve(name), bytes);
    }

    private static Path resource(String name) throws Exception {
        return Path.of(Objects.requireNonNull(FormatsTest.class.getResource("/formats/" + name))
                .toURI());
    }

    private static List<Polled> read(Path file) throws InterruptedException {
        try (LineSource source = Sources.open(new SourceFile(file.getFileName().toString(), file), MAX_LINE_BYTES, 0)) {
            return read(source);
        }
    }

    private static List<Polled> read(LineSource source) throws InterruptedException {
        List<Polled> all = new ArrayList<>();
        Polled polled = source.poll(Duration.ofSeconds(5));
        while (!(polled instanceof Polled.End)) {
            if (!(polled instanceof Line line) || !line.blank()) {
                all.add(polled);
            }
            polled = source.poll(Duration.ofSeconds(5));
        }
        return all;
    }

    private static List<String> texts(Path file) throws InterruptedException {
        return read(file).stream().map(FormatsTest::text).toList();
    }

    private static String text(Polled polled) {
        return new String(((Line) polled).bytes(), StandardCharsets.UTF_8);
    }

    private static String json(Polled polled) throws Exception {
        return new ObjectMapper().readTree(text(polled)).toString();
    }

    private static byte[] compress(String format, String text) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = format.equals("gzip") ? new GZIPOutputStream(bytes) : new ZstdOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        var bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
