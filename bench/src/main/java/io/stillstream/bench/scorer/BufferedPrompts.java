package io.stillstream.bench.scorer;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.MicroBatches;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.prompt.BatchScorer;
import io.stillstream.scorer.topology.prompt.BufferedPrompt;
import io.stillstream.scorer.topology.prompt.ConsecutiveNanGuard;
import io.stillstream.scorer.topology.prompt.PromptBuffer;
import io.stillstream.scorer.topology.prompt.PromptReader;
import io.stillstream.scorer.topology.prompt.RecordGuard;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;

/**
 * Prompts that a stage would find in its topic at the start, read and scored as often as wanted in the batches that the
 * stage would group them into, without Kafka.
 */
public final class BufferedPrompts {

    private final List<List<BufferedPrompt>> flushes = new ArrayList<>();
    private final PromptReader reader;
    private final BatchScorer scorer;

    /** @throws ScorerException for a prompt that would be a dead letter */
    public BufferedPrompts(ScorerConfig config, Teacher teacher, ScorerMeters meters, List<Prompt> prompts) {
        reader = new PromptReader(teacher);
        scorer = new BatchScorer(
                teacher,
                new MicroBatches(config.maxBatchTokens(), config.maxBatchRecords()),
                new ConsecutiveNanGuard(config.maxNotFinite()),
                new RecordGuard(teacher, CrashJournal.none()),
                meters,
                Clock.systemUTC());
        var buffer = new PromptBuffer(config.maxBatchTokens(), config.maxBatchRecords(), config.linger());
        for (int i = 0; i < prompts.size(); i++) {
            BufferedPrompt prompt =
                    read(new SourceRecord("", 0, i, 0, null, PromptCodec.encode(prompts.get(i)), new Header[0]));
            if (buffer.overflowsWith(prompt)) {
                flush(buffer);
            }
            buffer.add(prompt, 0);
            if (buffer.isFull()) {
                flush(buffer);
            }
        }
        if (buffer.size() > 0) {
            flush(buffer);
        }
    }

    private void flush(PromptBuffer buffer) {
        flushes.add(buffer.prompts());
        buffer.clear();
    }

    private BufferedPrompt read(SourceRecord source) {
        Outcome<BufferedPrompt> outcome = reader.read(source);
        if (outcome instanceof Outcome.Accepted<BufferedPrompt> accepted) {
            return accepted.value();
        }
        throw new ScorerException("prompt " + source.offset() + " cannot be scored: " + outcome);
    }

    /** All of them, in their order. */
    public List<Admission.Admitted> admitted() {
        return flushes.stream()
                .flatMap(List::stream)
                .map(BufferedPrompt::admitted)
                .toList();
    }

    /** Decodes, tokenizes and scores them all. */
    public void score() {
        for (List<BufferedPrompt> flush : flushes) {
            scorer.score(
                    flush.stream().map(BufferedPrompt::source).map(this::read).toList());
        }
    }
}
