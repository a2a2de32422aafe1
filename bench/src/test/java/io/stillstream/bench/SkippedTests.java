package io.stillstream.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Says at the end of a build how many tests were skipped, and why: a green build that skipped half of its tests must not
 * look like any other. Reads what Surefire and Failsafe reported of every module.
 */
public final class SkippedTests {

    /** What JUnit and AssertJ put before the reason that a test gave. */
    private static final Pattern PREAMBLE =
            Pattern.compile("^(?:[\\w.]+Exception:\\s*)?(?:Assumption failed:\\s*)?(?:skipped:\\s*)?");

    private static final Pattern ASSERTED = Pattern.compile("assumption was not met due to: \\[([^]]*)]");
    private static final Pattern FILE_NAME = Pattern.compile("[^\\s;,:\"'()]*/[^\\s;,:\"'()]+");

    private final Map<String, Map<String, Integer>> modulesByReason = new TreeMap<>();
    private int run;
    private int skipped;

    private SkippedTests() {}

    /** @param arguments the directory of the modules, and when the build began: older reports are of another */
    public static void main(String... arguments) {
        System.out.println(summary(Path.of(arguments[0]), Instant.parse(arguments[1])));
    }

    /**
     * @param modules the directory whose subdirectories are modules
     * @param since older reports are left out
     */
    static String summary(Path modules, Instant since) {
        SkippedTests tests = new SkippedTests();
        try (Stream<Path> files = Files.find(modules, 4, (file, attributes) -> isReport(file))) {
            for (Path file : files.sorted().toList()) {
                // The build's start is known to the second.
                if (!Files.getLastModifiedTime(file).toInstant().isBefore(since.truncatedTo(ChronoUnit.SECONDS))) {
                    tests.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tests.summary();
    }

    private static boolean isReport(Path file) {
        String directory = file.getParent().getFileName().toString();
        String name = file.getFileName().toString();
        return (directory.equals("surefire-reports") || directory.equals("failsafe-reports"))
                && name.startsWith("TEST-")
                && name.endsWith(".xml");
    }

    private void add(Path report) throws IOException {
        Path module =
                report.toAbsolutePath().normalize().getParent().getParent().getParent();
        NodeList cases = parse(report).getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            run++;
            NodeList marks = ((Element) cases.item(i)).getElementsByTagName("skipped");
            if (marks.getLength() > 0) {
                skipped++;
                modulesByReason
                        .computeIfAbsent(reason((Element) marks.item(0), module), reason -> new TreeMap<>())
                        .merge(module.getFileName().toString(), 1, Integer::sum);
            }
        }
    }

    private static Document parse(Path report) throws IOException {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException(report + " is not a report of tests: " + e.getMessage(), e);
        }
    }

    private static String reason(Element mark, Path module) {
        String told = mark.getTextContent().isBlank() ? mark.getAttribute("message") : mark.getTextContent();
        Matcher asserted = ASSERTED.matcher(told);
        String reason = asserted.find()
                ? asserted.group(1)
                : PREAMBLE.matcher(firstLine(told)).replaceFirst("");
        return FILE_NAME
                .matcher(reason)
                .results()
                .map(name -> module.resolve(name.group()).normalize())
                .filter(Files::notExists)
                .findFirst()
                .map(missing -> "there is no " + highestMissing(missing))
                .orElse(reason.isEmpty() ? "no reason given" : reason);
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }

    /** So that a hundred files of a directory that is missing are one reason. */
    private static Path highestMissing(Path missing) {
        Path highest = missing;
        while (highest.getParent() != null && Files.notExists(highest.getParent())) {
            highest = highest.getParent();
        }
        return highest;
    }

    private String summary() {
        if (skipped == 0) {
            return "Of " + run + " tests none was skipped.";
        }
        List<String> lines = new ArrayList<>();
        lines.add("Of " + run + " tests " + skipped + (skipped == 1 ? " was" : " were") + " skipped:");
        modulesByReason.entrySet().stream()
                .sorted(Comparator.comparing(entry -> -total(entry.getValue())))
                .forEach(entry -> lines.add("%6d  %s (%s)"
                        .formatted(
                                total(entry.getValue()),
                                entry.getKey(),
                                entry.getValue().entrySet().stream()
                                        .map(module -> module.getKey() + " " + module.getValue())
                                        .collect(Collectors.joining(", ")))));
        return String.join(System.lineSeparator(), lines);
    }

    private static int total(Map<String, Integer> modules) {
        return modules.values().stream().mapToInt(Integer::intValue).sum();
    }
}
