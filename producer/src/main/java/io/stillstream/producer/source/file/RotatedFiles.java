package io.stillstream.producer.source.file;

import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Files that had a followed file's name before it, as logrotate and its like leave them beside it. */
public final class RotatedFiles {

    /** After the name: {@code .1}, {@code -20260131}, {@code .2026-01-31T12.gz}. */
    private static final Pattern ENDING = Pattern.compile("[.-][0-9][0-9TZ_.:-]*(\\.(gz|zst))?");

    /** Without one, {@code part} and {@code part-1} are two files of one set. */
    private static final Pattern EXTENSION = Pattern.compile(".+\\.[A-Za-z]+");

    private RotatedFiles() {}

    /** The files without those that had the name of another one, which is given them. */
    static List<SourceFile> grouped(List<SourceFile> files) {
        Map<Path, SourceFile> places = new HashMap<>();
        files.forEach(file -> places.put(file.place(), file));
        Map<SourceFile, Set<Path>> rotated = new HashMap<>();
        Set<SourceFile> belonging = new HashSet<>();
        for (SourceFile file : files) {
            for (Path name : earlierNames(file.place())) {
                SourceFile base = places.get(name);
                if (base != null) {
                    rotated.computeIfAbsent(base, first -> new HashSet<>()).add(file.place());
                    belonging.add(file);
                }
            }
        }
        return files.stream()
                .filter(file -> !belonging.contains(file))
                .map(base -> new SourceFile(base.name(), base.path(), rotated.getOrDefault(base, Set.of())))
                .toList();
    }

    /** What a rotated file may have been called, beside it; none for any other file. */
    public static List<Path> earlierNames(Path file) {
        String name = String.valueOf(file.getFileName());
        return IntStream.range(1, name.length())
                .filter(end -> ENDING.matcher(name).region(end, name.length()).matches())
                .mapToObj(end -> name.substring(0, end))
                .filter(earlier -> EXTENSION.matcher(earlier).matches())
                .map(file::resolveSibling)
                .toList();
    }

    /** Those of that name in its directory, the oldest first. */
    public static List<SourceFile> of(SourceFile file) {
        String name = String.valueOf(file.path().getFileName());
        Path directory = file.place().getParent();
        if (directory == null) {
            return List.of();
        }
        try (Stream<Path> siblings = Files.list(directory)) {
            return siblings.filter(Files::isRegularFile)
                    .filter(sibling -> isRotated(name, String.valueOf(sibling.getFileName())))
                    .sorted(Comparator.comparing(RotatedFiles::modified))
                    .map(sibling -> new SourceFile(file.name(), sibling))
                    .toList();
        } catch (IOException e) {
            throw new ProducerException("the files beside " + file.path() + " cannot be listed: " + e, e);
        }
    }

    private static boolean isRotated(String name, String sibling) {
        return sibling.startsWith(name)
                && ENDING.matcher(sibling.substring(name.length())).matches();
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new ProducerException("the time of " + file + " cannot be read: " + e, e);
        }
    }
}
