package io.stillstream.serving.onpolicy;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.OnPolicyAnswer;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.monitoring.serving.OnPolicyMeters;
import io.stillstream.serving.answer.PromptTokens;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.request.TextPrompt;
import io.stillstream.serving.engine.DecodeHandle;
import io.stillstream.serving.engine.DecodeRequest;
import io.stillstream.serving.engine.EngineLoad;
import io.stillstream.serving.engine.QueueFullException;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.serving.weights.ServedWeights;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the snapshot that is served answer prompts, a few at once, in slots that no caller waits for. The same prompt and weights give
 * the same answer. For one thread.
 */
final class PromptAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(PromptAnswers.class);

    /** Until it is looked again whether a slot is free. */
    private static final long LOOK_AGAIN_MILLIS = 10;

    private final AnswerPromptsConfig config;
    private final ServedWeights weights;
    private final OnPolicyMeters meters;
    private final Clock clock;
    private final BooleanSupplier ended;

    /** Nobody wants the answers any more. */
    private static final class EndedException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    /** A prompt that is being answered by a snapshot, which is held until then. */
    private record Pending(Prompt prompt, ServedSnapshot snapshot, WrittenAnswer answer, DecodeHandle handle) {}

    /** @param ended whether nobody wants the answers any more */
    PromptAnswers(
            AnswerPromptsConfig config,
            ServedWeights weights,
            OnPolicyMeters meters,
            Clock clock,
            BooleanSupplier ended) {
        this.config = config;
        this.weights = weights;
        this.meters = meters;
        this.clock = clock;
        this.ended = ended;
    }

    /**
     * Those that can be answered, with their answers, in order; what cannot be is counted.
     *
     * @return empty where nothing is served any more, or nobody wants them: all have to be asked again
     */
    Optional<List<Prompt>> of(List<Prompt> prompts) {
        Deque<Pending> pending = new ArrayDeque<>();
        List<Prompt> answered = new ArrayList<>();
        try {
            for (Prompt prompt : prompts) {
                if (pending.size() == config.atOnce()) {
                    take(pending, answered);
                }
                Optional<ServedSnapshot> snapshot = weights.acquire();
                if (snapshot.isEmpty()) {
                    return Optional.empty();
                }
                begin(prompt, snapshot.get()).ifPresent(pending::add);
            }
            while (!pending.isEmpty()) {
                take(pending, answered);
            }
            return Optional.of(answered);
        } catch (EndedException e) {
            return Optional.empty();
        } finally {
            pending.forEach(left -> {
                left.handle().cancel();
                left.snapshot().release();
            });
        }
    }

    /** It holds the snapshot where it is begun, and lets go of it otherwise. */
    private Optional<Pending> begin(Prompt prompt, ServedSnapshot snapshot) {
        boolean begun = false;
        try {
            int[] ids = tokens(prompt, snapshot);
            int room = Math.min(config.maxTokens(), snapshot.contextTokens() - ids.length);
            var request = new DecodeRequest(
                    ids, room, snapshot.stopIds(), sampling(prompt, snapshot), DecodeRequest.NO_LOGPROBS);
            var answer = new WrittenAnswer(snapshot);
            Pending pending = new Pending(prompt, snapshot, answer, submit(snapshot, request, answer));
            begun = true;
            return Optional.of(pending);
        } catch (ApiException | StudentException e) {
            passOver(prompt, e);
            return Optional.empty();
        } finally {
            if (!begun) {
                snapshot.release();
            }
        }
    }

    private int[] tokens(Prompt prompt, ServedSnapshot snapshot) {
        if (prompt.input() instanceof Chat chat) {
            return PromptTokens.ofChat(snapshot, chat, prompt.createdAt());
        }
        return PromptTokens.ofText(snapshot, new TextPrompt.Text(((PlainText) prompt.input()).text()));
    }

    private Sampling sampling(Prompt prompt, ServedSnapshot snapshot) {
        long seed = Digests.bits(snapshot.id() + "\n" + prompt.id());
        return new Sampling((float) config.temperature(), (float) config.topP(), seed);
    }

    /** Callers come first: they are refused where all slots are taken and the queue is full. */
    private DecodeHandle submit(ServedSnapshot snapshot, DecodeRequest request, WrittenAnswer answer) {
        while (true) {
            EngineLoad load = snapshot.engine().load();
            if (load.running() + load.waiting() < load.slots()) {
                try {
                    return snapshot.engine().submit(request, answer);
                } catch (QueueFullException e) {
                    LOG.trace("callers were faster", e);
                }
            }
            waitAWhile();
        }
    }

    private void waitAWhile() {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("the on-policy lane was interrupted", e);
        }
        if (ended.getAsBoolean()) {
            throw new EndedException();
        }
    }

    private void take(Deque<Pending> pending, List<Prompt> answered) {
        Pending oldest = pending.element();
        while (!oldest.answer().response().isDone()) {
            waitAWhile();
        }
        try {
            Response response = oldest.answer().response().join();
            if (response.message().blank()) {
                // Nothing that a teacher could score.
                meters.recordPassedOver();
            } else {
                answered.add(OnPolicyAnswer.of(oldest.prompt(), response, clock.instant()));
            }
        } catch (CompletionException e) {
            passOver(oldest.prompt(), e);
        }
        pending.remove().snapshot().release();
    }

    private void passOver(Prompt prompt, Throwable why) {
        meters.recordPassedOver();
        LOG.debug("the prompt '{}' is not answered", prompt.id(), why);
    }
}
