package io.stillstream.producer.source.file;

import io.stillstream.producer.ProducerException;
import io.stillstream.producer.TrafficConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files that a file's name, a directory's or a pattern stands for. */
public final class SourceFiles {

    private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");
    private static final String ANY_DEPTH = "**";
    private static final Pattern READABLE =
            Pattern.compile(".+\\.(jsonl|ndjson|json|csv|tsv|parquet)(\\.(gz|zst))?", Pattern.CASE_INSENSITIVE);

    private SourceFiles() {}

    /**
     * The files of a source, sorted by name; those that had the name of another one belong to that one.
     *
     * @param source a file, a directory, or a pattern such as {@code logs/*.jsonl.gz}
     * @throws ProducerException when there is none
     */
    public static List<SourceFile> of(String source) {
        return new SourceLook(source).first();
    }

    /**
     * What a look found.
     *
     * @param files sorted by name
     * @param others the names of the files beside them that are not read
     * @param why there is no file; empty where there is one
     */
    record Found(List<SourceFile> files, List<String> others, String why) {

        Found(List<SourceFile> files) {
            this(files, List.of(), "");
        }

        static Found nothing(String why) {
            return new Found(List.of(), List.of(), why);
        }
    }

    static Found look(String source) {
        try {
            boolean pattern = WILDCARD.matcher(source).find() && !isThere(source);
            if (pattern) {
                return matching(source);
            }
            Path path = Path.of(source);
            if (Files.isDirectory(path)) {
                return inside(path);
            }
            if (!Files.exists(path)) {
                return Found.nothing("there is no file " + path + " to read prompts from; check the path");
            }
            return new Found(List.of(new SourceFile(String.valueOf(path.getFileName()), path)));
        } catch (IOException | UncheckedIOException e) {
            throw new ProducerException("cannot read prompts from " + source + ": " + e, e);
        } catch (InvalidPathException e) {
            throw new ProducerException("'" + source + "' is no file name: " + e.getMessage(), e);
        }
    }

    /** Whether the source is one file and not a directory or a pattern. */
    public static boolean isSingle(String source) {
        return isThere(source)
                ? !Files.isDirectory(Path.of(source))
                : !WILDCARD.matcher(source).find();
    }

    /**
     * Whether the source is read once, to its end: standard input, or something that has a name and is no file, as a pipe that {@code
     * mkfifo} or a shell's {@code <(…)} makes.
     */
    public static boolean isStream(String source) {
        if (source.equals(TrafficConfig.STANDARD_INPUT)) {
            return true;
        }
        return isThere(source) && !Files.isRegularFile(Path.of(source)) && !Files.isDirectory(Path.of(source));
    }

    private static boolean isThere(String source) {
        try {
            return Files.exists(Path.of(source));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Found inside(Path directory) throws IOException {
        List<SourceFile> files = new ArrayList<>();
        List<String> others = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(Files::isRegularFile).sorted().forEach(file -> {
                String name = String.valueOf(file.getFileName());
                if (READABLE.matcher(name).matches() && !name.startsWith(".")) {
                    files.add(new SourceFile(name, file));
                } else {
                    others.add(name);
                }
            });
        }
        if (files.isEmpty()) {
            return Found.nothing("the directory " + directory
                    + " holds no file of prompts; expected names that end in .jsonl, .ndjson, .json, .csv, .tsv or .parquet,"
                    + " also with .gz or .zst after it"
                    + (others.isEmpty() ? "" : ", and found " + String.join(", ", others)));
        }
        return new Found(files, others, "");
    }

    private static Found matching(String pattern) throws IOException {
        int wildcard = firstWildcard(pattern);
        int slash = pattern.lastIndexOf('/', wildcard);
        Path base = Path.of(slash < 0 ? "" : pattern.substring(0, slash + 1));
        String below = pattern.substring(slash + 1);
        if (!Files.isDirectory(base)) {
            return Found.nothing("there is no directory " + base + ", in which " + pattern + " would be");
        }
        int depth = below.contains(ANY_DEPTH) ? Integer.MAX_VALUE : below.split("/", -1).length;
        PathMatcher matcher = base.getFileSystem().getPathMatcher("glob:" + below);
        try (Stream<Path> found = Files.walk(base, depth, FileVisitOption.FOLLOW_LINKS)) {
            List<SourceFile> files = found.filter(Files::isRegularFile)
                    .filter(file -> matcher.matches(base.relativize(file)))
                    .map(file -> new SourceFile(base.relativize(file).toString(), file))
                    .sorted(Comparator.comparing(SourceFile::name))
                    .toList();
            return files.isEmpty()
                    ? Found.nothing("no file matches " + pattern + "; check the pattern")
                    : new Found(RotatedFiles.grouped(files));
        }
    }

    private static int firstWildcard(String pattern) {
        var matcher = WILDCARD.matcher(pattern);
        return matcher.find() ? matcher.start() : pattern.length();
    }
}
