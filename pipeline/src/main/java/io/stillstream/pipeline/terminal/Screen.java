package io.stillstream.pipeline.terminal;

import java.io.PrintStream;

/**
 * Where output goes, as the launcher found it: Java's own answer changed between versions.
 *
 * @param out takes what is printed as it is: the lines of a live display are rewritten by control characters
 * @param terminal whether a person looks at it, and lines can be rewritten
 * @param columns how many characters a line holds before it wraps
 */
public record Screen(PrintStream out, boolean terminal, int columns) {

    private static final String TERMINAL = "stillstream.terminal";
    private static final String COLUMNS = "stillstream.columns";
    private static final int USUAL_COLUMNS = 80;

    /** Standard output. */
    public static Screen standard() {
        boolean terminal = Boolean.getBoolean(TERMINAL) && !"dumb".equals(System.getenv("TERM"));
        return new Screen(EscapedPrintStream.rawOutput(), terminal, Integer.getInteger(COLUMNS, USUAL_COLUMNS));
    }
}
