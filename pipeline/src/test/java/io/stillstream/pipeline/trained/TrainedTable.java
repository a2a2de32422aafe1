package io.stillstream.pipeline.trained;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A comparison of texts that a student is trained on with transformers' renderings, for people to read. */
final class TrainedTable {

    private static final int CONTEXT = 30;

    private final String title;
    private final List<String> rows = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();

    TrainedTable(Family teacher, Family student) {
        title = student.label() + (teacher == student ? "" : "-taught-by-" + teacher.label());
    }

    /** Compares the texts of one line, each with the one at the same place. */
    void add(String shape, List<TrainedText> trained, List<TrainedText> golden) {
        for (int i = 0; i < Math.max(trained.size(), golden.size()); i++) {
            TrainedText ours = i < trained.size() ? trained.get(i) : TrainedText.refused("there is no such prompt");
            TrainedText theirs = i < golden.size() ? golden.get(i) : TrainedText.refused("there is no such chat");
            String name = shape + (golden.size() > 1 ? " /" + i : "");
            boolean same = ours.sameAs(theirs) && i < trained.size() && i < golden.size();
            String result = same ? ours.refused() == null ? "equal" : "both refuse" : difference(ours, theirs);
            rows.add("| " + name + " | " + result.replace("|", "\\|") + " |");
            texts.add("## " + name + "\n\n```\n" + ours.all() + "\n```\n"
                    + (theirs.refused() == null ? "" : "\ntransformers: " + theirs.refused() + "\n"));
            if (!same) {
                differences.add(name + ": " + result);
            }
        }
    }

    /** One sentence for each text that is not transformers'. */
    List<String> differences() {
        return differences;
    }

    /** Writes {@code FAMILY.md}: a table, and below it each text, what is learned of it between ⟦ and ⟧. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve(title + ".md"),
                "# " + title + "\n\n| line | trained on, beside transformers |\n|---|---|\n" + String.join("\n", rows)
                        + "\n\n" + String.join("\n", texts));
    }

    private static String difference(TrainedText ours, TrainedText theirs) {
        String left = ours.all();
        String right = theirs.all();
        int at = 0;
        while (at < Math.min(left.length(), right.length()) && left.charAt(at) == right.charAt(at)) {
            at++;
        }
        return "differs at " + at + ": " + around(left, at) + " where transformers has " + around(right, at);
    }

    private static String around(String text, int at) {
        String part = text.substring(Math.max(0, at - CONTEXT), Math.min(text.length(), at + CONTEXT));
        return "'" + part.replace("\n", "\\n") + "'";
    }
}
