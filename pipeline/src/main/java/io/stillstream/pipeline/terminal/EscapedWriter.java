package io.stillstream.pipeline.terminal;

import io.stillstream.contract.text.Printable;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/** What {@link EscapedPrintStream} is for a stream, for a writer. */
public final class EscapedWriter extends FilterWriter {

    private EscapedWriter(Writer out) {
        super(out);
    }

    /** For standard error: escapes what is printed. */
    public static PrintWriter errors(PrintWriter errors) {
        return new PrintWriter(new EscapedWriter(errors), true);
    }

    /** For standard output: escapes what is printed to a terminal; a file or another program gets the text as it is. */
    public static PrintWriter output(PrintWriter output) {
        return Screen.standard().terminal() ? new PrintWriter(new EscapedWriter(output), true) : output;
    }

    @Override
    public void write(int character) throws IOException {
        write(String.valueOf((char) character));
    }

    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
        write(String.valueOf(characters, offset, length));
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        out.write(Printable.text(text.substring(offset, offset + length)));
    }
}
