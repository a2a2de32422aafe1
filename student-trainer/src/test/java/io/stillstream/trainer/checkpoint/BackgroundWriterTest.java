package io.stillstream.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BackgroundWriterTest {

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
    private final BackgroundWriter writer = new BackgroundWriter(3, telemetry.trainer());

    @AfterEach
    void close() {
        writer.close();
        telemetry.close();
    }

    @Test
    void submit_whileAnotherIsWritten_waitsForIt() throws InterruptedException {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        writer.submit(() -> {
            begun.countDown();
            await(release);
            order.add("first");
        });
        begun.await();
        assertThat(writer.isBusy()).isTrue();
        writer.check();
        release.countDown();
        writer.submit(() -> order.add("second"));
        writer.finish();
        assertThat(order).containsExactly("first", "second");
        assertThat(writer.isBusy()).isFalse();
    }

    @Test
    void check_fewFailures_areLoudAndForgottenByASuccess() {
        for (int i = 0; i < 2; i++) {
            writer.submit(BackgroundWriterTest::fail);
            writer.await();
            assertThat(writer.health().passed()).isFalse();
            assertThat(writer.health().detail()).contains("in a row could not be written", "no space left on device");
        }
        writer.submit(() -> {});
        writer.await();
        assertThat(writer.health().passed()).isTrue();
        writer.submit(BackgroundWriterTest::fail);
        assertThatCode(writer::await).doesNotThrowAnyException();
        assertThat(failures()).isEqualTo(3);
    }

    @Test
    void check_tooManyFailuresInARow_stopsTraining() {
        writer.submit(BackgroundWriterTest::fail);
        writer.await();
        writer.submit(BackgroundWriterTest::fail);
        writer.await();
        writer.submit(BackgroundWriterTest::fail);
        assertThatThrownBy(writer::await)
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("training stops: 3 checkpoints or snapshots in a row")
                .hasMessageContaining("no space left on device")
                .hasMessageContaining("trainer.checkpoints.failures is 3");
    }

    @Test
    void check_fenced_stopsAtOnce() {
        writer.submit(() -> {
            throw new FencedException("another trainer");
        });
        assertThatThrownBy(writer::await).isInstanceOf(FencedException.class).hasMessage("another trainer");
    }

    @Test
    void finish_lastWriteFailed_saysSo() {
        writer.submit(BackgroundWriterTest::fail);
        assertThatThrownBy(writer::finish).isInstanceOf(TrainerException.class).hasMessage("no space left on device");
    }

    private double failures() {
        return telemetry
                .registry()
                .get("stillstream.failed.checkpoints")
                .counter()
                .count();
    }

    private static void fail() {
        throw new TrainerException("no space left on device");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
