package io.stillstream.trainer.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.examples.TransportPlans;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.loop.TrainerFixture;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.source.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordRouterTest {

    private static final LossConfig PAPER = LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER);
    private static final TeacherIdentity STRANGER = new TeacherIdentity("stranger", "cc", "bb", "");

    private static TextTokenizer tokenizer;
    private static DecoderConfig student;

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
    private final MockProducer<byte[], byte[]> producer = TrainerFixture.producer();
    private final DeadLetters letters = new DeadLetters(producer, "dead-letters", telemetry.trainer());

    private boolean failing;
    private boolean fatal;

    @BeforeAll
    static void load(@TempDir Path directory) {
        TinyStudent.at(directory.resolve("student"));
        tokenizer = TextTokenizer.load(directory.resolve("student"));
        student = DecoderConfig.read(directory.resolve("student"));
    }

    @AfterAll
    static void closeTokenizer() {
        tokenizer.close();
    }

    @BeforeEach
    void begin() {
        letters.begin("letters", Set.of(), TrainerFixture.noLetters());
    }

    @AfterEach
    void closeTelemetry() {
        letters.close();
        telemetry.close();
    }

    @Test
    void route_trainableRecord_isTrainedOnAsOneExample() {
        RecordRouter router = router(PAPER, null, false);
        Routed routed = router.route(Samples.raw(7, Samples.targets("ab", " cd")));
        assertThat(routed.disposition()).isEqualTo(Disposition.TRAINED);
        assertThat(routed).isInstanceOfSatisfying(Routed.Trained.class, trained -> {
            assertThat(trained.sequence().record().offset()).isEqualTo(7);
            assertThat(trained.sequence().example()).hasSize(1);
        });
        assertThat(router.teacher()).isEqualTo(Samples.TEACHER);
        assertThat(written()).isEmpty();
    }

    @Test
    void route_heldOutRecord_isNotTrainedOn() {
        Routed routed =
                router(PAPER, null, false).route(Samples.raw(7, targets(" cd", Split.HELD_OUT, Samples.TEACHER)));
        assertThat(routed.disposition()).isEqualTo(Disposition.HELD_OUT);
        assertThat(routed)
                .isInstanceOfSatisfying(
                        Routed.HeldOut.class,
                        heldOut -> assertThat(heldOut.target().targets().responseText())
                                .isEqualTo(" cd"));
    }

    @Test
    void route_heldOutRecordThatAStudentWrote_measuresNothingAndIsPassedOver() {
        TeacherTargets targets =
                Samples.byToken("ab", " cd", Split.HELD_OUT, Author.student("tiny-1"), tokenizer.sha256());
        Routed routed = router(LossConfig.defaults(), null, false).route(Samples.raw(7, targets));
        assertThat(routed.disposition()).isEqualTo(Disposition.BEYOND_SHARE);
        assertThat(written()).isEmpty();
    }

    @Test
    void route_endOfASource_isNoRecordOfItsOwn() {
        EndOfSource end = Samples.end("end", 1, 2);
        RecordRouter router = router(PAPER, null, false);
        assertThat(router.route(Samples.end(0, 3, 0, end))).isEqualTo(new Routed.Ended(end));
        assertThat(router.teacher()).isNull();
        assertThat(written()).isEmpty();
    }

    @Test
    void route_markerThatDoesNotDecode_isUnreadable() {
        var raw = new ConsumerRecord<>(Samples.TOPIC, 2, 11L, Samples.utf8("key"), Samples.utf8("{\"version\":9}"));
        EndOfSource.headers().forEach(raw.headers()::add);
        assertRejected(router(PAPER, null, false).route(raw), RejectionCode.UNREADABLE_RECORD, "of version 9");
    }

    @Test
    void route_unreadableRecord_goesToDeadLettersByteForByte() {
        byte[] value = Samples.utf8("no record of ours");
        var raw = new ConsumerRecord<>(Samples.TOPIC, 2, 11L, Samples.utf8("key"), value);
        assertRejected(router(PAPER, null, false).route(raw), RejectionCode.UNREADABLE_RECORD, "");
        ProducerRecord<byte[], byte[]> letter = written().get(0);
        assertThat(letter.value()).isEqualTo(value);
        assertThat(header(letter, "code")).isEqualTo("unreadable_record");
        assertThat(header(letter, "partition")).isEqualTo("2");
        assertThat(header(letter, "offset")).isEqualTo("11");
    }

    @Test
    void route_promptThatFillsTheWindow_isRejectedWithTheTokenizersReason() {
        Routed routed = router(PAPER, null, false).route(Samples.raw(0, Samples.targets("a".repeat(80), "b")));
        assertRejected(routed, RejectionCode.CONTEXT_WINDOW, "context window is 64");
        assertThat(written()).hasSize(1);
    }

    @Test
    void route_responseBeyondTheWindow_isTrainedOnAndCounted() {
        RecordRouter router = router(PAPER, null, false);
        router.route(Samples.raw(0, Samples.targets("ab", " cd")));
        assertThat(router.truncatedResponses()).isZero();
        Routed routed = router.route(Samples.raw(1, Samples.targets("ab", "c".repeat(80))));
        assertThat(routed.disposition()).isEqualTo(Disposition.TRAINED);
        assertThat(router.truncatedResponses()).isOne();
    }

    @Test
    void route_firstRecordCannotFeedTheLoss_throws() {
        RecordRouter router = router(LossConfig.multiLevelOt(MultiLevelOt.Variant.RELEASED), null, false);
        assertThatThrownBy(() -> router.route(Samples.raw(0, Samples.targets("ab", " cd"))))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("teacher-targets-0@0, the first record read, cannot feed the training")
                .hasMessageContaining("ranking");
    }

    @Test
    void route_anotherTeacherLater_isRejectedAndTheTeacherStays() {
        RecordRouter router = router(PAPER, null, false);
        router.route(Samples.raw(0, Samples.targets("ab", " cd")));
        Routed routed = router.route(Samples.raw(1, targets(" cd", Split.TRAIN, STRANGER)));
        assertRejected(routed, RejectionCode.INCOMPATIBLE, "targets of the teacher stranger with weights cc");
        assertThat(router.teacher()).isEqualTo(Samples.TEACHER);
    }

    @Test
    void route_sameWeightsAndTokenizerUnderAnotherName_isTheSameTeacher() {
        RecordRouter router = router(PAPER, null, false);
        router.route(Samples.raw(0, Samples.targets("ab", " cd")));
        var renamed = new TeacherIdentity("renamed", Samples.TEACHER.weights(), Samples.TEACHER.tokenizer(), "t");
        assertThat(router.route(Samples.raw(1, targets(" cd", Split.TRAIN, renamed)))
                        .disposition())
                .isEqualTo(Disposition.TRAINED);
    }

    @Test
    void route_resumedOnAnotherTeachersStream_rejectsAFewStraysAndThenThrows() {
        RecordRouter router = router(PAPER, STRANGER, false);
        for (int offset = 0; offset < 32; offset++) {
            assertRejected(
                    router.route(Samples.raw(offset, Samples.targets("ab", " cd"))),
                    RejectionCode.INCOMPATIBLE,
                    "this student learns from stranger");
        }
        assertThatThrownBy(() -> router.route(Samples.raw(32, Samples.targets("ab", " cd"))))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("like the 32 records read before it")
                .hasMessageContaining("trainer.accept-changes=teacher");
        assertThat(written()).hasSize(32);
    }

    @Test
    void route_resumedAndAnotherTeacherAccepted_learnsFromTheFirstOneRead() {
        RecordRouter router = router(PAPER, STRANGER, true);
        assertThat(router.route(Samples.raw(0, Samples.targets("ab", " cd"))).disposition())
                .isEqualTo(Disposition.TRAINED);
        assertThat(router.teacher()).isEqualTo(Samples.TEACHER);
        assertThat(router.route(Samples.raw(1, targets(" cd", Split.TRAIN, STRANGER)))
                        .disposition())
                .isEqualTo(Disposition.REJECTED);
    }

    /** An exception that nothing foresaw. */
    @Test
    void route_exceptionAtOneRecord_isADeadLetterWhereOthersStillPass() {
        RecordRouter router = router(PAPER, null, false);
        assertThat(router.route(Samples.raw(0, Samples.targets("ab", " cd"))).disposition())
                .isEqualTo(Disposition.TRAINED);
        failing = true;
        assertRejected(
                router.route(Samples.raw(1, Samples.targets("ab", "fail"))),
                RejectionCode.INTERNAL_ERROR,
                "at this record and not at one that was good before");
        assertThat(router.route(Samples.raw(2, Samples.targets("ab", " cd"))).disposition())
                .isEqualTo(Disposition.TRAINED);
        assertThat(written())
                .singleElement()
                .satisfies(letter -> assertThat(header(letter, "code")).isEqualTo("internal_error"));
    }

    @Test
    void route_exceptionAtEveryRecord_stopsTheTrainer() {
        RecordRouter router = router(PAPER, null, false);
        router.route(Samples.raw(0, Samples.targets("ab", "fail")));
        failing = true;
        assertThatThrownBy(() -> router.route(Samples.raw(1, Samples.targets("ab", "fail"))))
                .isInstanceOf(ArithmeticException.class);
        assertThat(written()).isEmpty();
    }

    /** Before any record was good a plain text is tried. */
    @Test
    void route_exceptionAtTheFirstRecord_isADeadLetterWhereAPlainTextPasses() {
        failing = true;
        assertRejected(
                router(PAPER, null, false).route(Samples.raw(0, Samples.targets("ab", "fail"))),
                RejectionCode.INTERNAL_ERROR,
                "ArithmeticException");
    }

    @Test
    void route_recordThatKilledTheProcessTwice_isPoisonAndIsNotTried(@TempDir Path directory) throws Exception {
        for (int start = 0; start < 2; start++) {
            RecordRouter dying = router(PAPER, null, false);
            dying.watch(new Crashes(CrashJournal.open(directory, "topic"), CrashJournal.none(), CrashJournal.none()));
            fatal = true;
            assertThatThrownBy(() -> dying.route(Samples.raw(7, Samples.targets("ab", "fail"))))
                    .isInstanceOf(OutOfMemoryError.class);
        }
        RecordRouter router = router(PAPER, null, false);
        router.watch(new Crashes(CrashJournal.open(directory, "topic"), CrashJournal.none(), CrashJournal.none()));
        Routed routed = router.route(Samples.raw(7, Samples.targets("ab", "fail")));
        assertRejected(routed, RejectionCode.POISON, "the trainer died again and again", Disposition.POISON);
        fatal = false;
        // What the ledger lists is repeated, whatever was counted since.
        assertThat(router.routeListed(Samples.raw(7, Samples.targets("ab", "fail")), Disposition.TRAINED)
                        .disposition())
                .isEqualTo(Disposition.TRAINED);
        assertThat(router(PAPER, null, false)
                        .routeListed(Samples.raw(7, Samples.targets("ab", "fail")), Disposition.POISON)
                        .disposition())
                .isEqualTo(Disposition.POISON);
    }

    private RecordRouter router(LossConfig loss, @Nullable TeacherIdentity teacher, boolean acceptsTeacher) {
        var wording = StudentWording.teachers(null, tokenizer, student);
        var exampleTokenizer = new ExampleTokenizer(tokenizer, student, wording);
        return new RecordRouter(
                new RecordCheck(loss, tokenizer.sha256(), wording, null),
                targets -> {
                    boolean bad = targets.responseText().equals("fail");
                    if (bad && fatal) {
                        throw new OutOfMemoryError("of the record");
                    }
                    if (bad && failing) {
                        throw new ArithmeticException("of the record");
                    }
                    return exampleTokenizer.tokenize(targets);
                },
                new ExampleBuilder(exampleTokenizer, tokenizer, loss, TransportPlans.open(tokenizer, student, null)),
                letters,
                teacher,
                acceptsTeacher);
    }

    private List<ProducerRecord<byte[], byte[]>> written() {
        letters.flush();
        return producer.history();
    }

    private static TeacherTargets targets(String response, Split split, TeacherIdentity teacher) {
        return Samples.targets("ab", response, FinishReason.STOP, split, teacher);
    }

    private static void assertRejected(Routed routed, RejectionCode code, String detail) {
        assertRejected(routed, code, detail, Disposition.REJECTED);
    }

    private static void assertRejected(Routed routed, RejectionCode code, String detail, Disposition disposition) {
        assertThat(routed.disposition()).isEqualTo(disposition);
        assertThat(routed).isInstanceOfSatisfying(Routed.Rejected.class, rejected -> {
            assertThat(rejected.rejection().code()).isEqualTo(code);
            assertThat(rejected.rejection().detail()).contains(detail);
        });
    }

    private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader("stillstream." + name).value(), StandardCharsets.UTF_8);
    }
}
