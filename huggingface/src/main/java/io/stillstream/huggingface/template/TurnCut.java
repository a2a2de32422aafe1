package io.stillstream.huggingface.template;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.template.python.Whitespace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Cuts the rendering of a chat and its response into prompt, response and the end of the turn. */
final class TurnCut {

    /** Begins with a character that no template begins an assistant's turn with. */
    private static final String PLAIN_ANSWER = "\u2042stillstreamanswer";

    /** How far a template may write into the assistant's turn before the response: an empty thought, for one. */
    private static final int LONGEST_OPENING = 256;

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
        if (all.startsWith(before)) {
            return turn(before, all.substring(before.length()), plain);
        }
        // Not beyond what every response shares with the prompt: this one may begin as the generation prompt ends.
        int cut = Math.min(shared(before, all), plain.isEmpty() ? before.length() : shared(before, plain));
        int history = shared(before, text(template.render(chat, now, false)));
        if (cut >= history) {
            return turn(all.substring(0, cut), all.substring(cut), plain);
        }
        return afterRewriting(chat, before, before.length() - history, all, plain);
    }

    /**
     * The template writes the chat's last messages otherwise once the response follows them. The response begins where the
     * whole rendering has written the prompt's end: its last characters, which begin the assistant's turn, or where the template
     * begins it with none, the last message.
     *
     * @param opening how many characters at the end of the prompt begin the assistant's turn
     */
    private TurnRendering afterRewriting(Chat chat, String before, int opening, String all, String plain) {
        int latest = shared(all, plain);
        int cut = latest;
        int same = 0;
        for (int at = latest; at >= Math.max(0, latest - LONGEST_OPENING); at--) {
            int common = commonEnd(before, all, at);
            if (common > same) {
                same = common;
                cut = at;
            }
        }
        Message last = chat.messages().get(chat.messages().size() - 1);
        String ending = before.substring(before.length() - same);
        boolean found = opening > 0 ? same >= opening : same > 0 && ending.contains(Whitespace.strip(last.said()));
        return found ? turn(before, all.substring(cut), plain) : afterClosing(chat, before, all, plain);
    }

    /**
     * The template closes the chat, its tool results for one, unless a response follows that it writes there: a call. All that
     * the chat says is then in both renderings, and the response begins where they part.
     */
    private TurnRendering afterClosing(Chat chat, String before, String all, String plain) {
        int cut = beforeOpenMark(before, shared(before, all));
        return before.length() - cut <= closing(chat, before)
                ? turn(before, all.substring(cut), plain)
                : new Rendering.Unsupported(
                        "it renders the messages before the response otherwise once the response follows");
    }

    /** How many characters of the prompt follow the text of the last message; 0 where that cannot be told. */
    private int closing(Chat chat, String before) {
        List<Message> messages = new ArrayList<>(chat.messages());
        Message last = messages.remove(messages.size() - 1);
        messages.add(new Message(
                last.role(),
                last.name(),
                new Content.Text(PLAIN_ANSWER),
                last.toolCalls(),
                last.toolCallId(),
                null,
                null));
        String marked = text(template.render(new Chat(messages, chat.tools(), chat.documents()), now, true));
        int mark = marked.lastIndexOf(PLAIN_ANSWER);
        String closing = mark < 0 ? "" : marked.substring(mark + PLAIN_ANSWER.length());
        return before.endsWith(closing) ? closing.length() : 0;
    }

    /** Two marks that begin alike part within them: not there, but where they begin, a response begins. */
    private static int beforeOpenMark(String text, int at) {
        int opened = text.lastIndexOf('<', at - 1);
        return opened > text.lastIndexOf('>', at - 1) ? opened : at;
    }

    private RenderedTurn turn(String prompt, String rest, String plain) {
        int end = end(rest, plain);
        return new RenderedTurn(prompt, rest.substring(0, end), rest.substring(end));
    }

    /** Where the end of the turn begins: what the template writes after a plain answer, or a token that ends turns. */
    private int end(String rest, String plain) {
        int answer = plain.lastIndexOf(PLAIN_ANSWER);
        String usual = answer < 0 ? "" : plain.substring(answer + PLAIN_ANSWER.length());
        int usualEnd = rest.endsWith(usual) ? rest.length() - usual.length() : rest.length();
        if (usualEnd < rest.length() && !Whitespace.isAll(usual)) {
            return usualEnd;
        }
        String stripped = Whitespace.stripEnd(rest);
        return ends.stream()
                .filter(stripped::endsWith)
                .max(Comparator.comparingInt(String::length))
                .map(token -> stripped.length() - token.length())
                .orElse(usualEnd);
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

    /** How many characters the one text, and the other before a place, end with alike. */
    private static int commonEnd(String left, String right, int end) {
        int same = 0;
        while (same < Math.min(left.length(), end)
                && left.charAt(left.length() - 1 - same) == right.charAt(end - 1 - same)) {
            same++;
        }
        return same;
    }

    private static String text(Rendering rendering) {
        return rendering instanceof Rendering.Rendered rendered ? rendered.text() : "";
    }
}
