package io.stillstream.evaluation.bakeoff.plot;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Writes SVG elements, with everything escaped that must be. */
final class Svg {

    private final StringBuilder out = new StringBuilder();

    Svg(double width, double height) {
        out.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\""
                        + " font-family=\"Helvetica, Arial, sans-serif\">%n",
                width, height, width, height));
    }

    /** @param attributes name, value, name, value, … */
    Svg element(String name, String... attributes) {
        open(name, attributes);
        out.setLength(out.length() - 2);
        out.append("/>\n");
        return this;
    }

    /** From one point to another. */
    Svg line(double x1, double y1, double x2, double y2, String... attributes) {
        return element(
                "line",
                Stream.concat(
                                Stream.of("x1", number(x1), "y1", number(y1), "x2", number(x2), "y2", number(y2)),
                                Arrays.stream(attributes))
                        .toArray(String[]::new));
    }

    Svg open(String name, String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escaped(attributes[i + 1]))
                    .append('"');
        }
        out.append(">\n");
        return this;
    }

    Svg close(String name) {
        out.append("</").append(name).append(">\n");
        return this;
    }

    /** An element that holds text. */
    Svg text(String name, String text, String... attributes) {
        open(name, attributes);
        out.setLength(out.length() - 1);
        out.append(escaped(text));
        return close(name);
    }

    String finish() {
        return out + "</svg>\n";
    }

    static String number(double value) {
        return format("%.1f", value);
    }

    /** {@code x,y x,y …}. */
    static String points(List<double[]> points) {
        StringBuilder text = new StringBuilder();
        for (double[] point : points) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(number(point[0]))
                    .append(',')
                    .append(number(point[1]));
        }
        return text.toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> {
                    // XML cannot hold most control characters.
                    escaped.appendCodePoint(Character.isISOControl(character) ? ' ' : character);
                }
            }
        });
        return escaped.toString();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format.replace("%n", "\n"), values);
    }
}
