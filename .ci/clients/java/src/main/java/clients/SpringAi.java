package clients;

import java.util.List;
import java.util.TreeMap;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
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
            Transcript.scenario(scenario, () -> seen(model.call(prompt(scenario, options))));
        }
        Transcript.scenario("stream", () -> all(model, prompt("plain", options)));
        Transcript.scenario("stream tools", () -> all(model, prompt("tools", options)));
        Transcript.scenario("stream bad", () -> all(model, prompt("bad", options)));
        Transcript.scenario("cancelled", () -> {
            model.stream(prompt("endless caller-spring-ai", options)).take(3).blockLast();
            return Transcript.ending(arguments[1], "spring-ai");
        });
        System.exit(0);
    }

    private static List<String> all(OpenAiChatModel model, Prompt prompt) {
        return model.stream(prompt).map(SpringAi::seen).collectList().block();
    }

    /** With what is not in the order of a list in the order of its names. */
    private static String seen(ChatResponse response) {
        return response.getMetadata() + " " + response.getResults().stream()
                .map(answer -> answer.getOutput().getText() + " " + answer.getOutput().getToolCalls() + " "
                        + new TreeMap<>(answer.getOutput().getMetadata()) + " " + answer.getMetadata())
                .toList();
    }

    private static Prompt prompt(String scenario, OpenAiChatOptions options) {
        return new Prompt(
                List.of(new SystemMessage("You are brief."), new UserMessage("scenario-" + scenario)), options);
    }
}
