package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class NativeCallsTest {

    private static final Duration TICK = Duration.ofMillis(1);

    @Test
    void watched_callThatDoesNotComeBack_endsTheProcess() throws InterruptedException {
        var halted = new CountDownLatch(1);
        NativeCalls calls = NativeCalls.started(Duration.ofMillis(3), TICK, halted::countDown);
        boolean ended = NativeCalls.of(() -> "prompts-0 offset 17", () -> calls.watched("a text", () -> await(halted)));
        assertThat(ended).isTrue();
    }

    @Test
    void watched_callThatComesBack_isForgotten() {
        var halted = new CountDownLatch(1);
        NativeCalls calls = NativeCalls.started(Duration.ofDays(1), TICK, halted::countDown);
        assertThat(calls.watched("a text", () -> 7)).isEqualTo(7);
        assertThat(calls.running()).isZero();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
