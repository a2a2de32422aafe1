package io.stillstream.bench.redaction;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.ToolCall;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Chats of many shapes and languages around a value. For one thread. */
final class PlantedChats {

    private static final Instant ASKED_AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<String> BEFORE = List.of(
            "Hi, I have a question about my last order. ",
            "Guten Tag, ich brauche Hilfe mit meinem Vertrag. ",
            "Bonjour, je n'arrive plus à me connecter. ",
            "Hola, necesito cambiar mis datos. ",
            "こんにちは。注文を確認したいです。",
            "您好,我想更新我的资料。",
            "नमस्ते, मुझे मदद चाहिए। ",
            "مرحبا، أحتاج إلى مساعدة. ",
            "```\n",
            "| field | value |\n|---|---|\n| data | ",
            "");
    private static final List<String> AFTER = List.of(
            " Can you help?",
            ". Danke!",
            ", merci.",
            " 😀",
            "\n",
            " |\n",
            ";",
            ")",
            "\nRegards,\nPat",
            " and nothing else.");

    private final Random random;

    PlantedChats(Random random) {
        this.random = random;
    }

    /** The value in a sentence, somewhere in a chat; in some of them again in the answer. */
    Prompt around(PlantedValue value, int number) {
        String sentence = sentence(value);
        return switch (random.nextInt(7)) {
            case 0 -> prompt(number, answered("Noted."), Message.of("user", sentence));
            case 1 ->
                prompt(
                        number,
                        answered("I have noted " + value.said() + value.text() + after(value)),
                        Message.of("user", sentence));
            case 2 ->
                prompt(
                        number,
                        answered("Done."),
                        Message.of("system", "Context: " + sentence),
                        Message.of("user", "Go on."));
            case 3 ->
                prompt(
                        number,
                        answered("Done."),
                        new Message(
                                "user",
                                null,
                                new Content.Parts(List.of("First part.", sentence)),
                                List.of(),
                                null,
                                null,
                                null));
            case 4 ->
                prompt(
                        number,
                        answered("It was stored."),
                        Message.of("user", "Store it."),
                        new Message(
                                "assistant",
                                null,
                                Content.absent(),
                                List.of(new ToolCall("c1", "store", arguments(sentence))),
                                null,
                                null,
                                null),
                        new Message("tool", null, Content.of("{\"stored\": true}"), List.of(), "c1", null, null));
            case 5 ->
                prompt(
                        number,
                        answered("Here it is."),
                        Message.of("user", "Find it."),
                        new Message(
                                "assistant",
                                null,
                                Content.absent(),
                                List.of(new ToolCall("c1", "find", "{}")),
                                null,
                                null,
                                null),
                        new Message("tool", null, Content.of(sentence), List.of(), "c1", null, null));
            default ->
                prompt(
                        number,
                        new Response(
                                new Message(
                                        "assistant",
                                        null,
                                        Content.of("See above."),
                                        List.of(),
                                        null,
                                        null,
                                        "The user says: " + sentence),
                                FinishReason.STOP,
                                0,
                                Author.PRODUCTION),
                        Message.of("user", "Earlier."),
                        Message.assistant("Yes?"),
                        Message.of("user", sentence));
        };
    }

    private String sentence(PlantedValue value) {
        return BEFORE.get(random.nextInt(BEFORE.size())) + value.said() + value.text() + after(value);
    }

    private String after(PlantedValue value) {
        if (value.said().startsWith("postgres")) {
            return "@db.internal:5432/app";
        }
        if (value.said().endsWith("\"")) {
            return "\"";
        }
        if (value.said().endsWith("<")) {
            return ">";
        }
        return AFTER.get(random.nextInt(AFTER.size()));
    }

    private static String arguments(String text) {
        return "{\"text\": \""
                + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"}";
    }

    private static Response answered(String text) {
        return Response.of(text, Author.PRODUCTION);
    }

    private static Prompt prompt(int number, @Nullable Response response, Message... messages) {
        return Prompt.of("planted-" + number, Chat.of(messages), ASKED_AT).withResponse(response);
    }
}
