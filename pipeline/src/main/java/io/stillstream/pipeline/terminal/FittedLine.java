package io.stillstream.pipeline.terminal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line of several figures that fits a number of columns: figures are first worded more shortly and then left out, the
 * least important ones first.
 */
final class FittedLine {

    /** Between two figures. */
    static final String SEPARATOR = " | ";

    private final List<Figure> figures = new ArrayList<>();

    /**
     * One figure of a line.
     *
     * @param importance the smaller, the longer it is kept
     * @param wordings of the same figure, the longest first
     */
    private record Figure(int importance, List<String> wordings) {

        Figure shorter() {
            return new Figure(importance, wordings.subList(1, wordings.size()));
        }
    }

    /** Adds a figure at the end of the line. */
    FittedLine add(int importance, String... wordings) {
        figures.add(new Figure(importance, List.of(wordings)));
        return this;
    }

    /** The line in its longest wording. */
    String whole() {
        return text(figures);
    }

    /** The line in at most so many columns. */
    String fit(int columns) {
        List<Figure> kept = new ArrayList<>(figures);
        while (length(kept) > columns) {
            Optional<Figure> wordy = kept.stream()
                    .filter(figure -> figure.wordings().size() > 1)
                    .max(Comparator.comparingInt(Figure::importance));
            if (wordy.isPresent()) {
                kept.replaceAll(figure -> figure.equals(wordy.get()) ? figure.shorter() : figure);
            } else if (kept.size() > 1) {
                kept.remove(kept.stream()
                        .max(Comparator.comparingInt(Figure::importance))
                        .orElseThrow());
            } else {
                return text(kept).substring(0, Math.max(0, columns));
            }
        }
        return text(kept);
    }

    private static int length(List<Figure> figures) {
        return text(figures).length();
    }

    private static String text(List<Figure> figures) {
        return figures.stream().map(figure -> figure.wordings().get(0)).collect(Collectors.joining(SEPARATOR));
    }
}
