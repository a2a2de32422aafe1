package io.stillstream.bench.fault.scorer;

import io.stillstream.contract.Prompt;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.PromptText;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * The scorer as one would first write it, under {@code exactly_once_v2} and wrong: what waits for a batch is in a list.
 * Kafka Streams commits the offsets of prompts that are in the list and nowhere else, and a crash takes them away.
 */
final class NaiveProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    private static final String PROMPTS = "prompts";
    private static final String SCORER = "scorer";
    private static final String TARGETS = "targets";
    private static final String DEAD_LETTERS = "dead-letters";
    private static final int TICKS_PER_LINGER = 4;

    private final ScorerConfig config;
    private final Teacher teacher;
    private final List<Waiting> waiting = new ArrayList<>();
    private @Nullable ProcessorContext<byte[], byte[]> context;
    private long waitingSinceMillis;

    private record Waiting(Prompt prompt, Admission.Admitted admitted) {}

    private NaiveProcessor(ScorerConfig config, Teacher teacher) {
        this.config = config;
        this.teacher = teacher;
    }

    static Topology topology(ScorerConfig config, Topics topics, Teacher teacher) {
        var bytes = Serdes.ByteArray();
        return new Topology()
                .addSource(PROMPTS, bytes.deserializer(), bytes.deserializer(), topics.prompts())
                .addProcessor(SCORER, () -> new NaiveProcessor(config, teacher), PROMPTS)
                .addSink(TARGETS, topics.teacherTargets(), bytes.serializer(), bytes.serializer(), SCORER)
                .addSink(DEAD_LETTERS, topics.deadLetters(), bytes.serializer(), bytes.serializer(), SCORER);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> initialised) {
        context = initialised;
        waiting.clear();
        Duration tick = config.linger().dividedBy(TICKS_PER_LINGER);
        var unused = initialised.schedule(tick, PunctuationType.WALL_CLOCK_TIME, now -> {
            if (!waiting.isEmpty()
                    && now - waitingSinceMillis >= config.linger().toMillis()) {
                flush();
            }
        });
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Prompt prompt = PromptCodec.decode(record.value());
        Admission admission = teacher.admit(new ScoringRequest(prompt.id(), PromptText.of(prompt), prompt.response()));
        if (admission instanceof Admission.Admitted admitted) {
            if (waiting.isEmpty()) {
                waitingSinceMillis = context().currentSystemTimeMs();
            }
            waiting.add(new Waiting(prompt, admitted));
            if (waiting.size() >= config.maxBatchRecords()) {
                flush();
            }
        } else {
            context().forward(record, DEAD_LETTERS);
        }
    }

    private void flush() {
        List<Scoring> scorings =
                teacher.score(waiting.stream().map(Waiting::admitted).toList());
        for (int i = 0; i < waiting.size(); i++) {
            if (scorings.get(i) instanceof Scoring.Scored scored) {
                TeacherTargets targets = targets(waiting.get(i), scored);
                byte[] key = targets.conversationId().getBytes(StandardCharsets.UTF_8);
                context()
                        .forward(
                                new Record<>(
                                        key,
                                        TeacherTargetsCodec.encode(targets),
                                        context().currentSystemTimeMs()),
                                TARGETS);
            }
        }
        waiting.clear();
    }

    private TeacherTargets targets(Waiting scored, Scoring.Scored outcome) {
        Prompt prompt = scored.prompt();
        return new TeacherTargets(
                prompt.id(),
                prompt.conversationId(),
                prompt.tenant(),
                scored.admitted().request().prompt(),
                outcome.responseText(),
                prompt.reference(),
                teacher.identity(),
                teacher.vocabularySize(),
                outcome.tokens(),
                outcome.columns(),
                outcome.ending(),
                prompt.split(),
                outcome.author(),
                prompt.createdAt(),
                Instant.now());
    }

    private ProcessorContext<byte[], byte[]> context() {
        if (context == null) {
            throw new IllegalStateException("a record came before the processor was initialised");
        }
        return context;
    }
}
