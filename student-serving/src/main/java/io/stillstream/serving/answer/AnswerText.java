package io.stillstream.serving.answer;

import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.serving.engine.TokenChoice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The text of one answer, made of its tokens as they come. What may be the beginning of a stop string is held back until it is known
 * whether it is one; so no piece holds a part of one, whatever tokens it is spelled with. For one thread.
 */
final class AnswerText {

    private final List<String> stops;
    private final int longestStop;
    private final TextStream stream;

    /** What was decoded and not given out yet. */
    private final StringBuilder held = new StringBuilder();

    /** The tokens that were not given out yet, the oldest first. */
    private final Deque<Pending> pending = new ArrayDeque<>();

    /** Characters that were given out. */
    private int given;

    private boolean stopped;

    /** @param end the character behind it; that of the one before where it is part of a character */
    private record Pending(AnsweredToken token, int end) {}

    /** @param streams makes the stream that turns tokens into text */
    AnswerText(List<String> stops, Function<Consumer<String>, TextStream> streams) {
        this.stops = stops;
        this.longestStop = stops.stream().mapToInt(String::length).max().orElse(0);
        this.stream = streams.apply(held::append);
    }

    /** Takes the next token; what can be given out now is what is returned, which may be nothing. */
    Piece accept(TokenChoice token) {
        int before = given + held.length();
        int searchedTo = Math.max(0, held.length() - longestStop + 1);
        stream.accept(token.id());
        pending.add(new Pending(new AnsweredToken(token, before), given + held.length()));
        int stop = firstStop(searchedTo);
        if (stop >= 0) {
            stopped = true;
            held.setLength(stop);
            int end = given + stop;
            pending.removeIf(one -> one.token().textOffset() >= end);
            return rest();
        }
        return give(held.length() - heldBack());
    }

    /** Whether a stop string has come: the answer ends before it. */
    boolean stopped() {
        return stopped;
    }

    /** What was held back, at the end of the answer. */
    Piece rest() {
        List<AnsweredToken> tokens = pending.stream().map(Pending::token).toList();
        pending.clear();
        String text = held.toString();
        given += text.length();
        held.setLength(0);
        return new Piece(text, tokens);
    }

    private Piece give(int characters) {
        if (characters <= 0) {
            return new Piece("", List.of());
        }
        String text = held.substring(0, characters);
        held.delete(0, characters);
        given += characters;
        List<AnsweredToken> tokens = new ArrayList<>();
        while (!pending.isEmpty() && pending.element().end() <= given) {
            tokens.add(pending.remove().token());
        }
        return new Piece(text, tokens);
    }

    /** Where the first stop string begins in what is held; -1 where there is none. */
    private int firstStop(int from) {
        int first = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop, from);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** How many characters at the end may be the beginning of a stop string; and never half a character. */
    private int heldBack() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (endsWith(stop, length)) {
                    longest = length;
                }
            }
        }
        int cut = held.length() - longest;
        boolean splits = cut > 0 && cut < held.length() && Character.isLowSurrogate(held.charAt(cut));
        return splits ? longest + 1 : longest;
    }

    private boolean endsWith(String stop, int length) {
        for (int i = 0; i < length; i++) {
            if (held.charAt(held.length() - length + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
