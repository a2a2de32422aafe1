package io.stillstream.bench.fault.scorer;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.scorer.Admission;
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
 * The scorer as one would first write it, under {@code exactly_once_v2} and wrong: prompts are buffered in a list.
 * Kafka Streams commits the offsets of prompts that are in the list and nowhere else, and a crash loses them.
 */
final class NaiveProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    private static final String PROMPTS = "prompts";
    private static final String SCORER = "scorer";
    private static final String TARGETS = "targets";
    private static final String DEAD_LETTERS = "dead-letters";
    private static final int PUNCTUATIONS_PER_LINGER = 4;

    private final ScorerConfig config;
    private final Teacher teacher;
    private final List<Buffered> buffered = new ArrayList<>();
    private @Nullable ProcessorContext<byte[], byte[]> context;
    private long firstAtMillis;

    private record Buffered(Prompt prompt, Admission.Admitted admitted) {}

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
        buffered.clear();
        Duration tick = config.linger().dividedBy(PUNCTUATIONS_PER_LINGER);
        var unused = initialised.schedule(tick, PunctuationType.WALL_CLOCK_TIME, now -> {
            if (!buffered.isEmpty() && now - firstAtMillis >= config.linger().toMillis()) {
                flush();
            }
        });
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (record.headers().lastHeader(EndOfSource.HEADER) != null) {
            context().forward(record, TARGETS);
            return;
        }
        Prompt prompt = PromptCodec.decode(record.value());
        Admission admission = teacher.admit(prompt);
        if (admission instanceof Admission.Admitted admitted) {
            if (buffered.isEmpty()) {
                firstAtMillis = context().currentSystemTimeMs();
            }
            buffered.add(new Buffered(prompt, admitted));
            if (buffered.size() >= config.maxBatchRecords()) {
                flush();
            }
        } else {
            context().forward(record, DEAD_LETTERS);
        }
    }

    private void flush() {
        List<Scoring> scorings =
                teacher.score(buffered.stream().map(Buffered::admitted).toList());
        for (int i = 0; i < buffered.size(); i++) {
            if (scorings.get(i) instanceof Scoring.Scored scored) {
                Prompt prompt = buffered.get(i).prompt();
                ScoringRequest request = buffered.get(i).admitted().request();
                TeacherTargets targets = teacher.targets(prompt, request, scored.response(), Instant.now());
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
        buffered.clear();
    }

    private ProcessorContext<byte[], byte[]> context() {
        if (context == null) {
            throw new IllegalStateException("a record came before the processor was initialised");
        }
        return context;
    }
}
