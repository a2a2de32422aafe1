package io.stillstream.serving.api.response;

/** How many tokens a request took, in the student's. */
public record Usage(int promptTokens, int completionTokens, int totalTokens) {

    public static Usage of(int prompt, int completion) {
        return new Usage(prompt, completion, prompt + completion);
    }
}
