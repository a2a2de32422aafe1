import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * Turns FairytaleQA's {@code *-story.csv} files into JSON lines: {@code java -cp CLASSPATH FairyTales.java DIR}, where
 * the class path holds commons-csv and Jackson. {@code make.sh} shows how to get it.
 */
final class FairyTales {

    private static final String TEXT = "text";
    private static final CSVFormat WITH_HEADER =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    private static final ObjectMapper JSON = new ObjectMapper();

    private FairyTales() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            for (Path file : files.filter(path -> path.toString().endsWith("-story.csv")).sorted().toList()) {
                write(file, out);
            }
        }
        out.flush();
    }

    private static void write(Path file, PrintStream out) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            for (CSVRecord row : WITH_HEADER.parse(reader)) {
                if (row.isSet(TEXT) && !row.get(TEXT).isBlank()) {
                    // Lines end in \n whatever the file has, so that the student sees one kind.
                    String story = row.get(TEXT).replaceAll("\r\n?", "\n").strip();
                    ObjectNode line = JSON.createObjectNode().put("prompt", "").put("response", story);
                    out.println(JSON.writeValueAsString(line));
                }
            }
        }
    }
}
