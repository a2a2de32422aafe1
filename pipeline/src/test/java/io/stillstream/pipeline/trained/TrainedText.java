package io.stillstream.pipeline.trained;

import org.jspecify.annotations.Nullable;

/**
 * What a student is trained on, as text.
 *
 * @param asked what it reads, special tokens included
 * @param learned what it learns to write after that, with the token that ends the turn where it learns it; null where nobody
 *     has answered yet
 * @param refused why there is no such text; null where there is
 */
record TrainedText(
        @Nullable String asked,
        @Nullable String learned,
        @Nullable String refused) {

    static TrainedText refused(String reason) {
        return new TrainedText(null, null, reason);
    }

    /** Whether it is the text that transformers renders, or the template has refused it as it has there. */
    boolean sameAs(TrainedText golden) {
        return refused == null
                ? all().equals(golden.all())
                : golden.refused != null && refused.contains("the chat template");
    }

    /** Whether the teacher is to answer it. */
    boolean unanswered() {
        return refused == null && learned == null;
    }

    /** In one text, what is learned between brackets that no text here has. */
    String all() {
        return refused == null ? asked + "⟦" + (learned == null ? "" : learned) + "⟧" : "refused: " + refused;
    }
}
