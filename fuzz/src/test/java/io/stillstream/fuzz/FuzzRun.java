package io.stillstream.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Jazzer on one target, in a process of its own: it may end it, and its coverage is counted for all classes of a process.
 *
 * @param executions how many inputs were read
 * @param edges branches of the readers, and of the parsers beneath them, that were taken
 * @param features edges by how often an input takes them
 * @param finds inputs that broke the promise, or took too long
 */
record FuzzRun(String target, long executions, long edges, long features, List<Path> finds, Path log) {

    /** What is told of coverage: the readers, and the parsers of the formats that they read. */
    private static final String INSTRUMENTED = String.join(
            ":",
            "io.stillstream.**",
            "com.fasterxml.jackson.core.**",
            "com.fasterxml.jackson.dataformat.yaml.**",
            "org.yaml.snakeyaml.**",
            "com.google.protobuf.CodedInputStream*");

    /** Beside what is read, also Jazzer's own tables. */
    private static final String HEAP = "-Xmx1g";

    /** An input that is read for longer has found a loop; on a slow machine with another load. */
    private static final int SECONDS_OF_INPUT = 60;

    /** Longer than any format needs for its smallest example, short enough to read many. */
    private static final int LONGEST_INPUT = 16 << 10;

    /** After the time is up: for the last input, and for what is written at the end. */
    private static final int SECONDS_TO_END = 120;

    private static final int MOST_FINDS = 10;

    /** A shorter run begins sooner, with less to lead it. */
    private static final int SECONDS_OF_A_LONG_RUN = 30;

    /** What Jazzer finds of faults by hooks into the platform, which are long to load. */
    private static final String SANITIZERS = Stream.of(
                    "ClojureLangHooks",
                    "Deserialization",
                    "ExpressionLanguageInjection",
                    "FilePathTraversal",
                    "LdapInjection",
                    "NamingContextLookup",
                    "OsCommandInjection",
                    "ReflectiveCall",
                    "RegexInjection",
                    "RegexRoadblocks",
                    "ScriptEngineInjection",
                    "ServerSideRequestForgery",
                    "SqlInjection",
                    "UnsafeSanitizer",
                    "XPathInjection")
            .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
            .collect(Collectors.joining(":"));

    private static final Pattern EXECUTIONS = Pattern.compile("stat::number_of_executed_units: (\\d+)");
    private static final Pattern COVERAGE = Pattern.compile("#(\\d+)\\s.*cov: (\\d+) ft: (\\d+)");

    /** Whether Jazzer has native code for this machine. */
    static boolean isSupported() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String family = system.startsWith("mac") ? "macos" : system.startsWith("win") ? "windows" : system;
        String processor = System.getProperty("os.arch").replace("amd64", "x86_64");
        String driver = "com/code_intelligence/jazzer/driver/jazzer_driver_" + family + "_" + processor;
        return List.of("/libjazzer_driver.so", "/libjazzer_driver.dylib", "/jazzer_driver.dll").stream()
                .anyMatch(file -> FuzzRun.class.getClassLoader().getResource(driver + file) != null);
    }

    /** @param directory where the corpus is kept for the next run, and finds are written to */
    static FuzzRun of(String name, int seconds, Path directory) throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(directory.resolve("corpus"));
        Path finds = Files.createDirectories(directory.resolve("finds"));
        Path log = directory.resolve("log");
        FuzzTarget target = FuzzTargets.named(name);
        List<byte[]> seeds = target.seeds();
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(corpus.resolve("seed-" + i), seeds.get(i));
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-D" + JazzerEntry.TARGET + "=" + name,
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + JazzerEntry.class.getName(),
                "--instrumentation_includes=" + INSTRUMENTED,
                "--custom_hook_includes=" + INSTRUMENTED,
                "--reproducer_path=" + finds,
                "--keep_going=" + MOST_FINDS,
                "-max_total_time=" + seconds,
                "-max_len=" + LONGEST_INPUT,
                "-timeout=" + SECONDS_OF_INPUT,
                "-rss_limit_mb=0",
                "-print_final_stats=1",
                "-artifact_prefix=" + finds + "/",
                "-dict=" + dictionary(target, directory),
                corpus.toString()));
        if (seconds < SECONDS_OF_A_LONG_RUN) {
            command.addAll(1, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            command.add("--trace=cov");
            // A build that fails is to fail again.
            command.add("-seed=1");
            command.add("--disabled_hooks=" + SANITIZERS);
        }
        FuzzTargets.regressions(name).ifPresent(regressions -> command.add(regressions.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(seconds + SECONDS_OF_INPUT + SECONDS_TO_END, TimeUnit.SECONDS)) {
                throw new IOException("Jazzer does not end; see " + log);
            }
        } finally {
            process.destroyForcibly();
        }
        return read(name, finds, log);
    }

    private static Path dictionary(FuzzTarget target, Path directory) throws IOException {
        StringBuilder words = new StringBuilder();
        for (String word : target.words()) {
            words.append('"');
            for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
                words.append(String.format("\\x%02X", value));
            }
            words.append("\"\n");
        }
        // An empty one is an error.
        return Files.writeString(directory.resolve("words"), words.isEmpty() ? "\"0\"\n" : words);
    }

    private static FuzzRun read(String target, Path finds, Path log) throws IOException {
        long executions = 0;
        long edges = 0;
        long features = 0;
        for (String line :
                Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList()) {
            Matcher coverage = COVERAGE.matcher(line);
            if (coverage.find()) {
                executions = Math.max(executions, Long.parseLong(coverage.group(1)));
                edges = Math.max(edges, Long.parseLong(coverage.group(2)));
                features = Math.max(features, Long.parseLong(coverage.group(3)));
            }
            Matcher units = EXECUTIONS.matcher(line);
            if (units.find()) {
                executions = Math.max(executions, Long.parseLong(units.group(1)));
            }
        }
        try (Stream<Path> files = Files.list(finds)) {
            List<Path> inputs = files.filter(file -> !file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
            return new FuzzRun(target, executions, edges, features, inputs, log);
        }
    }
}
