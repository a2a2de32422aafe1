package clients;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.http.StreamResponse;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** OpenAI's own client for Java. Arguments: the base URL, the upstream's own address. */
public final class OpenAiJava {

    private OpenAiJava() {}

    public static void main(String[] arguments) throws Exception {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(arguments[0])
                .apiKey("sk-client")
                .maxRetries(2)
                .build();
        for (String scenario : List.of("plain", "zipped", "two", "bad", "unauthorized", "unknown-model", "busy", "broken")) {
            Transcript.scenario(scenario, () -> json(client.chat().completions().create(chat(scenario).build())));
        }
        Transcript.scenario("stream", () -> chunks(client, chat("plain")
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build()));
        Transcript.scenario("stream busy", () -> chunks(client, chat("busy").build()));
        Transcript.scenario("tools", () -> tools(client));
        Transcript.scenario("stream tools", () -> chunks(client, chat("tools").addTool(weather()).build()));
        Transcript.scenario("cancelled", () -> {
            try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                    .completions()
                    .createStreaming(chat("endless caller-openai-java").build())) {
                stream.stream().limit(3).forEach(chunk -> {});
            }
            return Transcript.ending(arguments[1], "openai-java");
        });
        Transcript.scenario("completion", () -> json(client.completions()
                .create(CompletionCreateParams.builder().model("m").prompt("Once upon a time scenario-plain").build())));
        Transcript.scenario("embedding", () -> json(client.embeddings()
                .create(EmbeddingCreateParams.builder().model("m").input("sea").build())));
        Transcript.scenario("models", () -> json(client.models().list().data()));
        Transcript.scenario("response", () -> json(client.responses()
                .create(ResponseCreateParams.builder().model("m").input("scenario-plain").build())));
        Transcript.scenario("response stream", () -> {
            List<String> events = new ArrayList<>();
            try (StreamResponse<ResponseStreamEvent> stream = client.responses()
                    .createStreaming(ResponseCreateParams.builder().model("m").input("scenario-plain").build())) {
                stream.stream().forEach(event -> events.add(json(event)));
            }
            return events;
        });
        client.close();
    }

    private static ChatCompletionCreateParams.Builder chat(String scenario) {
        return ChatCompletionCreateParams.builder()
                .model("m")
                .addSystemMessage("You are brief.")
                .addUserMessage("scenario-" + scenario);
    }

    private static List<String> chunks(OpenAIClient client, ChatCompletionCreateParams params) {
        List<String> chunks = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(chunk -> chunks.add(json(chunk)));
        }
        return chunks;
    }

    private static List<String> tools(OpenAIClient client) {
        ChatCompletionCreateParams.Builder chat = chat("tools").addTool(weather());
        ChatCompletion first = client.chat().completions().create(chat.build());
        chat.addMessage(first.choices().get(0).message())
                .addMessage(ChatCompletionToolMessageParam.builder().toolCallId("call_1").content("21").build());
        return List.of(json(first), json(client.chat().completions().create(chat.build())));
    }

    private static ChatCompletionFunctionTool weather() {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name("weather")
                        .description("Temperature in a city")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                .build())
                        .build())
                .build();
    }

    private static String json(Object value) {
        try {
            return ObjectMappers.jsonMapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
