package clients;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** LangChain4j's OpenAI models, on the JDK's HTTP client. Arguments: the base URL, the upstream's own address. */
public final class LangChain4j {

    private static final int LONGEST_SECONDS = 30;

    private LangChain4j() {}

    public static void main(String[] arguments) {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(arguments[0])
                .apiKey("sk-client")
                .modelName("m")
                .maxRetries(2)
                .build();
        OpenAiStreamingChatModel streaming = OpenAiStreamingChatModel.builder()
                .baseUrl(arguments[0])
                .apiKey("sk-client")
                .modelName("m")
                .build();
        for (String scenario : List.of("plain", "zipped", "bad", "unauthorized", "unknown-model", "busy", "broken")) {
            Transcript.scenario(scenario, () -> model.chat(request(messages(scenario))));
        }
        Transcript.scenario("tools", () -> {
            List<ChatMessage> messages = messages("tools");
            ChatResponse first = model.chat(request(messages));
            ToolExecutionRequest call = first.aiMessage().toolExecutionRequests().get(0);
            messages.add(first.aiMessage());
            messages.add(ToolExecutionResultMessage.from(call, "21"));
            return List.of(first, model.chat(request(messages)));
        });
        Transcript.scenario("stream", () -> stream(streaming, "plain"));
        Transcript.scenario("stream tools", () -> stream(streaming, "tools"));
        Transcript.scenario("stream bad", () -> stream(streaming, "bad"));
        Transcript.scenario("cancelled", () -> {
            var three = new CountDownLatch(3);
            streaming.chat(request(messages("endless caller-langchain4j")), new StreamingChatResponseHandler() {
                @Override
                public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                    three.countDown();
                    if (three.getCount() == 0) {
                        context.streamingHandle().cancel();
                    }
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {}

                @Override
                public void onError(Throwable error) {}
            });
            three.await(LONGEST_SECONDS, TimeUnit.SECONDS);
            return Transcript.ending(arguments[1], "langchain4j");
        });
        System.exit(0);
    }

    private static List<Object> stream(OpenAiStreamingChatModel model, String scenario) throws InterruptedException {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        var ended = new CountDownLatch(1);
        model.chat(request(messages(scenario)), new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String partial) {
                seen.add(partial);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                seen.add(response);
                ended.countDown();
            }

            @Override
            public void onError(Throwable error) {
                seen.add(error);
                ended.countDown();
            }
        });
        if (!ended.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            seen.add("no end");
        }
        return seen;
    }

    private static ChatRequest request(List<ChatMessage> messages) {
        return ChatRequest.builder()
                .messages(messages)
                .toolSpecifications(ToolSpecification.builder()
                        .name("weather")
                        .description("Temperature in a city")
                        .parameters(JsonObjectSchema.builder().addStringProperty("city").build())
                        .build())
                .build();
    }

    private static List<ChatMessage> messages(String scenario) {
        return new ArrayList<>(List.of(SystemMessage.from("You are brief."), UserMessage.from("scenario-" + scenario)));
    }
}
