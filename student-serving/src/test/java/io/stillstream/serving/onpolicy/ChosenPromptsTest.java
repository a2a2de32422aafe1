package io.stillstream.serving.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ChosenPromptsTest {

    private static final Prompt PROMPT = prompt("p");

    @Test
    void shares_holdTheirPart_andAllOfASmallerOne() {
        List<Prompt> prompts =
                IntStream.range(0, 20_000).mapToObj(i -> prompt("prompt-" + i)).toList();

        List<Prompt> quarter = prompts.stream().filter(new ChosenPrompts(0.25)).toList();
        List<Prompt> half = prompts.stream().filter(new ChosenPrompts(0.5)).toList();

        assertThat(quarter.size() / 20_000.0).isCloseTo(0.25, within(0.015));
        assertThat(half.size() / 20_000.0).isCloseTo(0.5, within(0.015));
        assertThat(half).containsAll(quarter);
        assertThat(prompts).noneMatch(new ChosenPrompts(0));
        assertThat(prompts).allMatch(new ChosenPrompts(1));
    }

    @Test
    void prompts_thatAreNotToTrainOn_orAskForNoText_areNotChosen() {
        var all = new ChosenPrompts(1);
        Message asked = Message.of("user", "hello");
        Chat tools = new Chat(List.of(asked), List.of("{\"type\": \"function\"}"), List.of());
        Chat continued = new Chat(List.of(asked, Message.assistant("Hi")), List.of(), List.of(), true);

        assertThat(all.test(PROMPT.withSplit(Split.HELD_OUT))).isFalse();
        assertThat(all.test(PROMPT.withResponse(Response.of("Hi", Author.student("1-a")))))
                .isFalse();
        assertThat(all.test(PROMPT.withResponse(Response.of("Hi", Author.PRODUCTION))))
                .isTrue();
        assertThat(all.test(Prompt.of("p", tools, Instant.EPOCH))).isFalse();
        assertThat(all.test(Prompt.of("p", continued, Instant.EPOCH))).isFalse();
        assertThat(all.test(Prompt.of("p", Chat.of(asked), Instant.EPOCH))).isTrue();
    }

    private static Prompt prompt(String id) {
        return Prompt.of(id, new PlainText("Once"), Instant.EPOCH);
    }
}
