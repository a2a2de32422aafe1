package io.stillstream.pipeline.trained;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.source.Line;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.step.TrainingSequence;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The way of one line through parser, teacher and student, with the bytes that the topics between them hold. */
final class Training implements AutoCloseable {

    /** When lines without a time of their own are read. */
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-06T10:00:00Z"), ZoneOffset.UTC);

    private final ByteModel studentModel;
    private final ByteModel teacherModel;
    private final OnnxTeacher teacher;
    private final TextTokenizer tokenizer;
    private final TransportPlans plans;
    private final ExampleTokenizer exampleTokenizer;
    private final ExampleBuilder builder;

    Training(ByteModel teacherModel, ByteModel studentModel) {
        this.teacherModel = teacherModel;
        this.studentModel = studentModel;
        this.teacher = OnnxTeacher.open(TeacherConfig.of(teacherModel.teacher()));
        this.tokenizer = TextTokenizer.load(studentModel.student());
        DecoderConfig student = DecoderConfig.read(studentModel.student());
        this.plans = TransportPlans.open(tokenizer, student, teacherModel.teacher());
        this.exampleTokenizer = new ExampleTokenizer(
                tokenizer,
                student,
                TemplateChoice.own().wording(studentModel.student(), studentModel.student(), tokenizer, student));
        this.builder = new ExampleBuilder(exampleTokenizer, tokenizer, LossConfig.defaults(), plans);
    }

    /** @param fields as {@code traffic.fields}; empty where the line's shape is known */
    List<TrainedText> of(String line, Map<String, String> fields) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        var parser = new PromptParser("traffic.jsonl", config(fields), CLOCK, new UnknownFields());
        Outcome<List<Prompt>> parsed = parser.parse(new Line(1, bytes, bytes.length));
        if (parsed instanceof Outcome.Rejected<List<Prompt>> rejected) {
            return List.of(TrainedText.refused(rejected.rejection().detail()));
        }
        return ((Outcome.Accepted<List<Prompt>>) parsed)
                .value().stream()
                        .map(prompt -> scored(PromptCodec.decode(PromptCodec.encode(prompt))))
                        .toList();
    }

    private static TrafficConfig config(Map<String, String> fields) {
        TrafficConfig usual = TrafficConfig.reading(TrafficConfig.STANDARD_INPUT);
        return new TrafficConfig(
                usual.source(),
                usual.name(),
                usual.follow(),
                usual.fromStart(),
                usual.promptsPerSecond(),
                usual.maxInFlight(),
                usual.heldOutFraction(),
                usual.repeat(),
                usual.limit(),
                usual.maxLineBytes(),
                usual.duplicateWindow(),
                usual.shownRejections(),
                usual.transactionRecords(),
                usual.transactionLinger(),
                usual.deliveryTimeout(),
                fields);
    }

    private TrainedText scored(Prompt prompt) {
        if (!(teacher.admit(prompt) instanceof Admission.Admitted admitted)) {
            return TrainedText.refused(
                    ((Admission.Rejected) teacher.admit(prompt)).rejection().detail());
        }
        if (admitted.lacksResponse()) {
            return new TrainedText(teacherModel.text(admitted.tokenized().promptIds()), null, null);
        }
        Scoring scoring = teacher.score(List.of(admitted)).get(0);
        if (scoring instanceof Scoring.Rejected rejected) {
            return TrainedText.refused(rejected.rejection().detail());
        }
        TeacherTargets targets = TeacherTargets.of(
                prompt,
                admitted.request().prompt(),
                ((Scoring.Scored) scoring).response(),
                teacher.identity(),
                teacher.vocabulary(),
                CLOCK.instant());
        return trained(TeacherTargetsCodec.decode(TeacherTargetsCodec.encode(targets)));
    }

    private TrainedText trained(TeacherTargets targets) {
        Outcome<TokenizedTarget> tokenized = exampleTokenizer.tokenize(targets);
        if (tokenized instanceof Outcome.Rejected<TokenizedTarget> rejected) {
            return TrainedText.refused(rejected.rejection().detail());
        }
        List<TrainingSequence> sequences = builder.make(((Outcome.Accepted<TokenizedTarget>) tokenized).value());
        if (sequences.size() != 1) {
            return TrainedText.refused(sequences.size() + " sequences to train on");
        }
        TokenSequence tokens = sequences.get(0).tokens();
        int[] ids = IntStream.range(0, tokens.length()).map(tokens::id).toArray();
        int prompt = tokens.promptLength();
        return new TrainedText(
                studentModel.text(IntStream.of(ids).limit(prompt).toArray()),
                studentModel.text(
                        IntStream.of(ids).skip(prompt).limit(tokens.labels()).toArray()),
                null);
    }

    @Override
    public void close() {
        plans.close();
        tokenizer.close();
        teacher.close();
    }
}
