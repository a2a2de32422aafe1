package io.stillstream.bench.scorer;

import io.stillstream.contract.Prompt;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.monitoring.ScorerMeters;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.BatchScorer;
import io.stillstream.scorer.topology.BufferedPrompt;
import io.stillstream.scorer.topology.ConsecutiveNanGuard;
import io.stillstream.scorer.topology.MicroBatches;
import io.stillstream.scorer.topology.PromptReader;
import io.stillstream.scorer.topology.Reading;
import io.stillstream.scorer.topology.SourceRecord;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;

/**
 * Prompts that a stage would find in its topic at the start, read and scored as often as wanted in the batches that the
 * stage would make of them, without Kafka. For benchmarks.
 */
public final class WaitingPrompts {

    private final List<List<BufferedPrompt>> flushes = new ArrayList<>();
    private final PromptReader reader;
    private final BatchScorer scorer;

    /** @throws ScorerException for a prompt that would be a dead letter */
    public WaitingPrompts(ScorerConfig config, Teacher teacher, ScorerMeters meters, List<Prompt> prompts) {
        reader = new PromptReader(teacher, config.maxRecordBytes());
        scorer = new BatchScorer(
                teacher,
                new MicroBatches(config.maxBatchTokens(), config.maxBatchRecords()),
                new ConsecutiveNanGuard(config.maxNotFinite()),
                meters,
                Clock.systemUTC());
        List<BufferedPrompt> waiting = new ArrayList<>();
        int tokens = 0;
        for (int i = 0; i < prompts.size(); i++) {
            BufferedPrompt prompt =
                    read(new SourceRecord("", 0, i, 0, null, PromptCodec.encode(prompts.get(i)), new Header[0]));
            if (!waiting.isEmpty()
                    && (tokens + prompt.tokens() > config.maxBatchTokens()
                            || waiting.size() == config.maxBatchRecords())) {
                flushes.add(waiting);
                waiting = new ArrayList<>();
                tokens = 0;
            }
            waiting.add(prompt);
            tokens += prompt.tokens();
        }
        if (!waiting.isEmpty()) {
            flushes.add(waiting);
        }
    }

    private BufferedPrompt read(SourceRecord source) {
        Reading reading = reader.read(source);
        if (reading instanceof Reading.Refused refused) {
            throw new ScorerException("prompt " + source.offset() + " cannot be scored: " + refused.reason());
        }
        Reading.Accepted accepted = (Reading.Accepted) reading;
        return new BufferedPrompt(source, accepted.prompt(), accepted.admitted());
    }

    /** All of them, in their order. */
    public List<Admission.Admitted> admitted() {
        return flushes.stream()
                .flatMap(List::stream)
                .map(BufferedPrompt::admitted)
                .toList();
    }

    /** Decodes, tokenises and scores them all. */
    public void score() {
        for (List<BufferedPrompt> flush : flushes) {
            scorer.score(
                    flush.stream().map(BufferedPrompt::source).map(this::read).toList());
        }
    }
}
