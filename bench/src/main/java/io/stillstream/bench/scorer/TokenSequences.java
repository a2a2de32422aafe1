package io.stillstream.bench.scorer;

import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.onnx.run.TokenSequence;
import java.util.List;
import java.util.OptionalInt;

/** The tokens of a batch of prompts with responses, as a model's runs take them. */
final class TokenSequences {

    private TokenSequences() {}

    static List<TokenSequence> of(List<Admission.Admitted> batch) {
        return batch.stream().map(admitted -> sequence(admitted.tokenized())).toList();
    }

    private static TokenSequence sequence(TokenizedResponse tokenized) {
        return new TokenSequence(tokenized.promptIds(), tokenized.responseIds(), OptionalInt.empty());
    }

    /** The tokens that the model runs over, of each. */
    static List<int[]> texts(List<TokenSequence> sequences) {
        return sequences.stream().map(TokenSequence::positions).toList();
    }

    /** The length of the longest. */
    static int width(List<int[]> texts) {
        return texts.stream().mapToInt(text -> text.length).max().orElse(0);
    }
}
