package io.stillstream.scorer.topology.processor;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A teacher of which every character is a token, and which answers "ok" unless it is told to misbehave. */
public final class TestingTeacher implements Teacher {

    static final String ANSWER = "ok";

    private final int contextWindow;
    private final List<List<String>> batches = new ArrayList<>();
    private int columns = 2;
    private final Map<String, Supplier<? extends Throwable>> failures = new HashMap<>();
    private final Map<String, Supplier<? extends Throwable>> admissionFailures = new HashMap<>();
    private boolean broken;

    public TestingTeacher(int contextWindow) {
        this.contextWindow = contextWindow;
    }

    /** From now on the model cannot run. */
    void breakDown() {
        broken = true;
    }

    /** From now on a batch with this prompt fails so. */
    void failAt(String id, Supplier<? extends Throwable> failure) {
        failures.put(id, failure);
    }

    /** From now on this prompt fails so before it is in a batch. */
    void failToAdmit(String id, Supplier<? extends Throwable> failure) {
        admissionFailures.put(id, failure);
    }

    private static void fail(Map<String, Supplier<? extends Throwable>> failures, String id) {
        Supplier<? extends Throwable> failure = failures.get(id);
        if (failure == null) {
            return;
        }
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    /** From now on its answers keep so many columns. */
    void keepColumns(int number) {
        columns = number;
    }

    /** The ids of each batch that it was given, in their order. */
    public List<List<String>> batches() {
        return batches;
    }

    @Override
    public TeacherIdentity identity() {
        return new TeacherIdentity("testing", "aa", "bb", "");
    }

    @Override
    public int contextWindow() {
        return contextWindow;
    }

    @Override
    public Vocabulary vocabulary() {
        return new Vocabulary(identity().tokenizer(), 1 << 20, List.of());
    }

    @Override
    public Admission admit(ScoringRequest request) {
        fail(admissionFailures, request.id());
        String response = request.response() == null ? ANSWER : request.response();
        int length = request.prompt().length() + response.length();
        if (length > contextWindow) {
            return Admission.rejected(
                    RejectionCode.CONTEXT_WINDOW, length + " tokens, more than the context window of " + contextWindow);
        }
        int[] promptIds = new int[request.prompt().length()];
        return new Admission.Admitted(request, new TokenizedResponse(promptIds, new int[0], new int[0]), length);
    }

    @Override
    public List<Scoring> score(List<Admission.Admitted> batch) {
        if (broken) {
            throw new ScorerException("the testing teacher is broken");
        }
        batch.forEach(admitted -> fail(failures, admitted.request().id()));
        batches.add(batch.stream().map(admitted -> admitted.request().id()).toList());
        return batch.stream().map(admitted -> score(admitted.request())).toList();
    }

    private Scoring score(ScoringRequest request) {
        if (request.prompt().startsWith("NaN")) {
            return Scoring.rejected(RejectionCode.NOT_FINITE, "the logits at position 0 are NaN");
        }
        String response = request.response() == null ? ANSWER : request.response();
        byte[] utf8 = response.getBytes(StandardCharsets.UTF_8);
        var tokens = new TeacherTokens(
                new int[1], new int[] {utf8.length}, false, new float[1], new float[1], new float[] {-1});
        List<byte[]> texts = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            texts.add(new byte[] {'x'});
        }
        var kept = new RankedColumns(
                Selection.SEQUENCE, Ranking.PROBABILITY, 1f, new int[columns], texts, new float[columns], 1);
        return new Scoring.Scored(new ScoredResponse(response, tokens, kept, FinishReason.STOP));
    }

    @Override
    public void close() {}
}
