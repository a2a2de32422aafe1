package io.stillstream.huggingface.template;

import io.stillstream.contract.Chat;
import io.stillstream.contract.Message;
import io.stillstream.huggingface.template.python.Whitespace;
import java.time.Instant;
import java.util.Comparator;
import java.util.Set;

/** Cuts the rendering of a chat and its response into prompt, response and the end of the turn. */
final class TurnCut {

    /** Begins with a character that no template begins an assistant's turn with. */
    private static final String PLAIN_ANSWER = "\u2042stillstreamanswer";

    private final ChatTemplate template;
    private final Set<String> ends;
    private final Instant now;

    TurnCut(ChatTemplate template, Set<String> ends, Instant now) {
        this.template = template;
        this.ends = ends;
        this.now = now;
    }

    TurnRendering cut(Chat chat, Message response) {
        Rendering prompt = template.render(chat, now, true);
        Rendering whole = template.render(chat.with(response), now, false);
        if (prompt instanceof Rendering.Failed failed) {
            return failed;
        }
        if (whole instanceof Rendering.Failed failed) {
            return failed;
        }
        String before = text(prompt);
        String all = text(whole);
        String plain = text(template.render(chat.with(Message.assistant(PLAIN_ANSWER)), now, false));
        int cut = before.length();
        if (!all.startsWith(before)) {
            // Not beyond what every response shares with the prompt: this one may begin as the generation prompt ends.
            cut = Math.min(shared(before, all), plain.isEmpty() ? before.length() : shared(before, plain));
            if (cut < shared(before, text(template.render(chat, now, false)))) {
                return new Rendering.Unsupported(
                        "it renders the messages before the response otherwise once the response follows");
            }
        }
        String rest = all.substring(cut);
        int end = end(rest, plain);
        return new RenderedTurn(all.substring(0, cut), rest.substring(0, end), rest.substring(end));
    }

    /** Where the end of the turn begins. */
    private int end(String rest, String plain) {
        String stripped = Whitespace.stripEnd(rest);
        int answer = plain.lastIndexOf(PLAIN_ANSWER);
        String usual = answer < 0 ? "" : plain.substring(answer + PLAIN_ANSWER.length());
        if (rest.endsWith(usual) && ends.stream().noneMatch(usual::contains) && !Whitespace.isAll(usual)) {
            return rest.length() - usual.length();
        }
        return ends.stream()
                .filter(stripped::endsWith)
                .max(Comparator.comparingInt(String::length))
                .map(token -> stripped.length() - token.length())
                .orElse(rest.endsWith(usual) ? rest.length() - usual.length() : rest.length());
    }

    /** How many characters two texts begin with alike; whole ones. */
    private static int shared(String left, String right) {
        int most = Math.min(left.length(), right.length());
        int same = 0;
        while (same < most && left.charAt(same) == right.charAt(same)) {
            same++;
        }
        return same > 0 && Character.isHighSurrogate(left.charAt(same - 1)) ? same - 1 : same;
    }

    private static String text(Rendering rendering) {
        return rendering instanceof Rendering.Rendered rendered ? rendered.text() : "";
    }
}
