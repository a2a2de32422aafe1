package io.stillstream.serving.api.response;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log-probabilities of a chat's answer, token by token. */
public record ChatLogprobs(List<Token> content, @Nullable List<Token> refusal) {

    public ChatLogprobs {
        content = List.copyOf(content);
    }

    /**
     * @param token its text; where it is part of a character, with replacement characters
     * @param bytes of UTF-8, 0 to 255
     */
    public record Token(String token, double logprob, List<Integer> bytes, List<Top> topLogprobs) {

        public Token {
            bytes = List.copyOf(bytes);
            topLogprobs = List.copyOf(topLogprobs);
        }
    }

    /** One of the most likely tokens. */
    public record Top(String token, double logprob, List<Integer> bytes) {

        public Top {
            bytes = List.copyOf(bytes);
        }
    }
}
