package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.trainer.TrainerException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class TopicWatchTest {

    @Test
    void requireSame_topicRecreatedMeanwhile_namesBothIds() throws InterruptedException {
        var asked = new AtomicInteger();
        var seen = new CountDownLatch(4);
        List<String> answers = List.of("first", "", "first", "second");
        try (TopicWatch watch = TopicWatch.start(
                "teacher-targets",
                "first",
                topic -> {
                    seen.countDown();
                    String answer = answers.get(Math.min(3, asked.getAndIncrement()));
                    if (answer.isEmpty()) {
                        throw new TrainerException("the brokers do not describe the topic " + topic);
                    }
                    return answer;
                },
                Duration.ofMillis(1))) {
            watch.requireSame();
            seen.await(30, TimeUnit.SECONDS);
            // The answer after the last awaited one was taken in before.
            await("the watch has asked five times")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> asked.get() >= 5);
            assertThatThrownBy(watch::requireSame)
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining(
                            "the topic teacher-targets was deleted and recreated while it was trained from:"
                                    + " its id is second and was first");
        }
    }
}
