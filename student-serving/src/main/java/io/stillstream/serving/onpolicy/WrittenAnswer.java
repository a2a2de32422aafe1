package io.stillstream.serving.onpolicy;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Response;
import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.serving.engine.DecodeListener;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.student.StudentException;
import java.util.concurrent.CompletableFuture;

/** An answer while a snapshot writes it. Completed once, on the engine's thread. */
final class WrittenAnswer implements DecodeListener {

    private final CompletableFuture<Response> response = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final TextStream stream;
    private final Author author;

    WrittenAnswer(ServedSnapshot snapshot) {
        stream = snapshot.textStream(text::append);
        author = Author.student(snapshot.id());
    }

    /** Fails with a {@link StudentException}. */
    CompletableFuture<Response> response() {
        return response;
    }

    @Override
    public void token(TokenChoice choice) {
        stream.accept(choice.id());
    }

    @Override
    public void finished(FinishReason reason) {
        response.complete(Response.of(text.toString(), reason, author));
    }

    @Override
    public void failed(StudentException e) {
        response.completeExceptionally(e);
    }
}
