package clients;

import java.util.List;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/** Spring AI's OpenAI model. Arguments: the base URL, the upstream's own address. */
public final class SpringAi {

    private SpringAi() {}

    public static void main(String[] arguments) {
        OpenAiChatOptions options = OpenAiChatOptions.builder()
                .baseUrl(arguments[0])
                .apiKey("sk-client")
                .model("m")
                .build();
        OpenAiChatModel model = OpenAiChatModel.builder().options(options).build();
        for (String scenario : List.of("plain", "zipped", "bad", "unauthorized", "unknown-model", "busy", "broken")) {
            Transcript.scenario(scenario, () -> model.call(prompt(scenario, options)));
        }
        Transcript.scenario("stream", () -> model.stream(prompt("plain", options)).collectList().block());
        Transcript.scenario("stream tools", () -> model.stream(prompt("tools", options)).collectList().block());
        Transcript.scenario("stream bad", () -> model.stream(prompt("bad", options)).collectList().block());
        Transcript.scenario("cancelled", () -> {
            model.stream(prompt("endless caller-spring-ai", options)).take(3).blockLast();
            return Transcript.ending(arguments[1], "spring-ai");
        });
        System.exit(0);
    }

    private static Prompt prompt(String scenario, OpenAiChatOptions options) {
        return new Prompt(
                List.of(new SystemMessage("You are brief."), new UserMessage("scenario-" + scenario)), options);
    }
}
