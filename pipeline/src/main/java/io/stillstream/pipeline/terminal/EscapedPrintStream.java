package io.stillstream.pipeline.terminal;

import io.stillstream.contract.text.Printable;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * A stream of text that does nothing to the terminal that shows it: answers, ids, names of files and messages of errors are
 * escaped whoever prints them. Bytes are written as they are.
 */
public final class EscapedPrintStream extends PrintStream {

    private final PrintStream raw;

    EscapedPrintStream(PrintStream raw) {
        super(raw, true, Charset.defaultCharset());
        this.raw = raw;
    }

    /** Escapes what this process prints from now on: to standard error, and to standard output where that is a terminal. */
    public static void install() {
        if (!(System.err instanceof EscapedPrintStream)) {
            System.setErr(new EscapedPrintStream(System.err));
        }
        if (Screen.standard().terminal() && !(System.out instanceof EscapedPrintStream)) {
            System.setOut(new EscapedPrintStream(System.out));
        }
    }

    /** Standard output for whoever moves the cursor, and escapes the texts between. */
    static PrintStream rawOutput() {
        return System.out instanceof EscapedPrintStream escaped ? escaped.raw : System.out;
    }

    @Override
    public void print(char character) {
        print(String.valueOf(character));
    }

    @Override
    public void print(char[] characters) {
        print(String.valueOf(characters));
    }

    @Override
    public void print(Object value) {
        print(String.valueOf(value));
    }

    @Override
    public void print(String text) {
        raw.print(Printable.text(String.valueOf(text)));
    }

    @Override
    public void println() {
        raw.println();
    }

    @Override
    public void println(String text) {
        print(text);
        println();
    }
}
