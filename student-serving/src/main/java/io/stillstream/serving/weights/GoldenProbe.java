package io.stillstream.serving.weights;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.engine.DecodeListener;
import io.stillstream.serving.engine.DecodeRequest;
import io.stillstream.serving.engine.QueueFullException;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenPrompts.Golden;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a loaded snapshot the golden prompts that were recorded when it was published, through the engine that is to serve it, and
 * compares its greedy answers and their log-probabilities.
 *
 * <p>Where the two most likely tokens are closer to each other than the tolerance, either may come first; an answer is compared up
 * to there.
 */
final class GoldenProbe {

    /** In nats, of weights in single precision: sums in another order, on another machine, give differences of 1e-5. */
    static final double TOLERANCE = 1e-3;

    /**
     * In nats, of weights that are stored in 16 bits: the trainer recorded what they answered before they were rounded, by up to
     * 2^-9 of each.
     */
    static final double ROUNDED_TOLERANCE = 0.25;

    /** Longer than the slowest student takes for a few tokens. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Set<Dtype> SINGLE = Set.of(Dtype.F32);

    private final ServedSnapshot snapshot;
    private final double tolerance;

    /** @param stored what its weights are stored as */
    GoldenProbe(ServedSnapshot snapshot, Set<Dtype> stored) {
        this.snapshot = snapshot;
        this.tolerance = SINGLE.containsAll(stored) ? TOLERANCE : ROUNDED_TOLERANCE;
    }

    /**
     * @return how many prompts were asked; those that are longer than a request may be are passed over
     * @throws ServingException when an answer is another than the recorded one
     */
    int require(GoldenPrompts golden) {
        int asked = 0;
        for (Golden prompt : golden.prompts()) {
            if (prompt.prompt().size() + Math.max(1, prompt.answer().size()) <= snapshot.contextTokens()) {
                asked++;
                require(asked, prompt, answer(snapshot, prompt));
            }
        }
        return asked;
    }

    /** The first use of the weights, after which no request waits for what is made then. */
    static void warmUp(ServedSnapshot snapshot) {
        var unused = answer(snapshot, new Golden(List.of(0, 0), List.of(), List.of()));
    }

    private void require(int number, Golden expected, List<TokenChoice> answer) {
        for (int t = 0; t < expected.answer().size(); t++) {
            double recorded = expected.logProbabilities().get(t);
            if (t >= answer.size()) {
                throw new ServingException("golden prompt " + number + " is answered with " + answer.size()
                        + " tokens; expected " + expected.answer().size() + ", as when the snapshot was published");
            }
            TokenChoice found = answer.get(t);
            // Not written as >, which NaN would pass.
            if (!(Math.abs(found.logprob() - recorded) <= tolerance)) {
                throw new ServingException("golden prompt " + number + ": the log-probability of token " + t + " is "
                        + found.logprob() + " (token " + found.id() + "); expected " + recorded + " (token "
                        + expected.answer().get(t) + ") within " + tolerance
                        + ", as when the snapshot was published");
            }
            if (found.id() != expected.answer().get(t)) {
                return;
            }
        }
        if (expected.answer().isEmpty() && !answer.isEmpty() && answer.get(0).logprob() > -tolerance) {
            throw new ServingException("golden prompt " + number + " is answered with token "
                    + answer.get(0).id() + "; expected the end of the text");
        }
    }

    private static List<TokenChoice> answer(ServedSnapshot snapshot, Golden prompt) {
        var answered = new CompletableFuture<List<TokenChoice>>();
        List<TokenChoice> tokens = new ArrayList<>();
        var listener = new DecodeListener() {
            @Override
            public void token(TokenChoice choice) {
                tokens.add(choice);
            }

            @Override
            public void finished(FinishReason reason) {
                answered.complete(List.copyOf(tokens));
            }

            @Override
            public void failed(StudentException e) {
                answered.completeExceptionally(e);
            }
        };
        int[] ids = prompt.prompt().stream().mapToInt(Integer::intValue).toArray();
        try {
            var unused = snapshot.engine()
                    .submit(
                            new DecodeRequest(
                                    ids, Math.max(1, prompt.answer().size()), snapshot.stopIds(), Sampling.GREEDY, 0),
                            listener);
            return answered.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (QueueFullException | TimeoutException e) {
            throw new ServingException("the snapshot did not answer a golden prompt within " + PATIENCE, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ServingException("the snapshot cannot answer: " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException("interrupted while a snapshot was probed", e);
        }
    }
}
