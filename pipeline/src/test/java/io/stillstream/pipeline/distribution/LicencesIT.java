package io.stillstream.pipeline.distribution;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each library that is shipped is listed with its licence, and may be shipped under it. */
class LicencesIT {

    private static final Path DISTRIBUTION = Path.of("target", "stillstream");

    /**
     * Licences that let the unchanged library be shipped with software of another one. Of a library with several, which its user
     * chooses from, one is enough.
     */
    private static final Set<String> ALLOWED = Set.of(
            "Apache-2.0",
            "MIT",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "EPL-1.0",
            "EPL-2.0",
            "CDDL-1.0 or GPL-2.0 with classpath exception");

    /** {@code (LICENCE) (LICENCE) NAME (GROUP:ARTIFACT:VERSION - ADDRESS)}. */
    private static final Pattern LINE =
            Pattern.compile("^ +((?:\\([^()]+\\) )+).*\\([^:()]+:([^:]+):([^: ]+) - .*\\)$");

    private static final Pattern LICENCE = Pattern.compile("\\(([^()]+)\\)");

    @Test
    void everyLibrary_isListed_underALicenceThatMayBeShipped() throws IOException {
        Map<String, List<String>> licences = listed(Files.readAllLines(DISTRIBUTION.resolve("THIRD-PARTY.txt")));

        assertThat(problems(libraries(), licences)).isEmpty();
    }

    @Test
    void everyLine_isOfALibraryThatIsShipped() throws IOException {
        List<String> libraries = libraries();

        assertThat(listed(Files.readAllLines(DISTRIBUTION.resolve("THIRD-PARTY.txt")))
                        .keySet())
                .isNotEmpty()
                .allMatch(name -> libraries.stream().anyMatch(library -> isOf(library, name)));
    }

    @Test
    void aLibrary_withoutALine_orUnderAnotherLicenceOnly_isAProblem() {
        Map<String, List<String>> licences = listed(List.of(
                "Lists of 3 third-party dependencies.",
                "     (GPL-2.0) One (org.one:one:1.0 - no url defined)",
                "     (Apache-2.0) (GPL-2.0) Two (of two) (org.two:two:2.0 - https://two.org)",
                "     (Unknown license) Three (org.three:three:3.0 - no url defined)"));

        assertThat(problems(
                        List.of("one-1.0.jar", "two-2.0-linux-x86_64.jar", "three-3.0.jar", "four-4.0.jar"), licences))
                .containsExactly(
                        "one-1.0.jar is under [GPL-2.0]",
                        "three-3.0.jar is under [Unknown license]",
                        "four-4.0.jar is not listed; where an earlier build has left it, mvn clean removes it");
    }

    private static List<String> problems(List<String> libraries, Map<String, List<String>> licences) {
        List<String> problems = new ArrayList<>();
        for (String library : libraries) {
            List<List<String>> found = licences.entrySet().stream()
                    .filter(entry -> isOf(library, entry.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
            if (found.isEmpty()) {
                problems.add(library + " is not listed; where an earlier build has left it, mvn clean removes it");
            } else if (found.stream().noneMatch(names -> names.stream().anyMatch(ALLOWED::contains))) {
                problems.add(library + " is under " + found.get(0));
            }
        }
        return problems;
    }

    /** @param name of an artifact and its version; a classifier may follow it in the file's name */
    private static boolean isOf(String library, String name) {
        return library.equals(name + ".jar") || library.startsWith(name + "-");
    }

    private static Map<String, List<String>> listed(List<String> lines) {
        return lines.stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .collect(toMap(
                        line -> line.group(2) + "-" + line.group(3),
                        line -> LICENCE.matcher(line.group(1))
                                .results()
                                .map((MatchResult licence) -> licence.group(1))
                                .toList()));
    }

    /** The jars of others. */
    private static List<String> libraries() throws IOException {
        try (Stream<Path> files = Files.list(DISTRIBUTION.resolve("lib"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !isOurs(name))
                    .sorted()
                    .toList();
        }
    }

    /** Ours are named after the directories of their modules. */
    private static boolean isOurs(String library) {
        return Files.isDirectory(Path.of("..", library.replaceFirst("-[0-9].*", ""), "src", "main", "java"));
    }
}
