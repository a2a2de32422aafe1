package io.stillstream.producer.source;

/** A line is what a line break ends. */
final class LineBreaks extends Splitter {

    private final byte lineBreak;

    /** @param lineBreak the byte that ends a line: a line feed, which a carriage return may precede, or that one alone */
    LineBreaks(char lineBreak, int maxLineBytes, long linesBefore) {
        super(maxLineBytes, linesBefore);
        this.lineBreak = (byte) lineBreak;
    }

    @Override
    Step step(byte next) {
        return next == lineBreak ? Step.BREAK : Step.PART;
    }
}
