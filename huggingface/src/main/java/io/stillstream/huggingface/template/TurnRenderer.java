package io.stillstream.huggingface.template;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import java.util.Optional;

/**
 * Renders a chat with its response: one that is whole, one that was cut off, and one that goes on from a beginning that stands
 * in the chat.
 */
final class TurnRenderer {

    private final TurnCut cut;

    TurnRenderer(TurnCut cut) {
        this.cut = cut;
    }

    TurnRendering turn(Chat chat, Message response, FinishReason reason) {
        return chat.continued() ? continued(chat, response, reason) : fresh(chat, response, reason);
    }

    /** A continued chat up to where the response goes on, as {@code continue_final_message} of transformers renders it. */
    Rendering beginning(Chat chat) {
        TurnRendering turn = fresh(chat.asked(), chat.last(), FinishReason.LENGTH);
        return turn instanceof RenderedTurn begun
                ? new Rendering.Rendered(begun.prompt() + begun.response())
                : (Rendering.Failed) turn;
    }

    private TurnRendering continued(Chat chat, Message response, FinishReason reason) {
        TurnRendering turn = fresh(chat.asked(), chat.last().continuedBy(response), reason);
        Rendering before = beginning(chat);
        if (before instanceof Rendering.Failed failed) {
            return failed;
        }
        if (!(turn instanceof RenderedTurn whole)) {
            return turn;
        }
        String prompt = ((Rendering.Rendered) before).text();
        String all = whole.prompt() + whole.response();
        return all.startsWith(prompt)
                ? new RenderedTurn(prompt, all.substring(prompt.length()), whole.end())
                : new Rendering.Unsupported("it renders the beginning of the response otherwise once it goes on");
    }

    private TurnRendering fresh(Chat chat, Message response, FinishReason reason) {
        if (!reason.endsText()) {
            Optional<RenderedTurn> open = open(chat, response);
            if (open.isPresent()) {
                return open.get();
            }
        }
        TurnRendering turn = cut.cut(chat, response);
        return turn instanceof RenderedTurn whole && !writesCalls(whole, response) ? callsLeftOut() : turn;
    }

    /** As far as the model wrote it; empty where what it wrote last cannot be found in the rendering. */
    private Optional<RenderedTurn> open(Chat chat, Message response) {
        Optional<OpenMessage> marked = OpenMessage.of(response);
        if (marked.isEmpty() || !(cut.cut(chat, marked.get().message()) instanceof RenderedTurn turn)) {
            return Optional.empty();
        }
        return marked.get()
                .upToMark(turn.response())
                .map(written -> new RenderedTurn(turn.prompt(), written, turn.end()));
    }

    private static boolean writesCalls(RenderedTurn turn, Message response) {
        return response.toolCalls().stream().map(ToolCall::name).allMatch(turn.response()::contains);
    }

    private static Rendering.Failed callsLeftOut() {
        return new Rendering.Unsupported("it leaves out the tool calls of the response");
    }
}
