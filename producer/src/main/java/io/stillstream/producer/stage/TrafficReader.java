package io.stillstream.producer.stage;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.source.Line;
import io.stillstream.producer.source.LineSource;
import io.stillstream.producer.source.Polled;
import io.stillstream.producer.source.file.SourceFile;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads sources and delivers each of their lines as a prompt or as a dead letter. A line that was read is delivered before
 * anything else happens, so the position of a source is always that of its last delivered line. For one thread.
 */
final class TrafficReader {

    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration LOOK_FOR_FILES = Duration.ofSeconds(1);
    /** One file that grows fast does not hold up the others. */
    private static final int TURN_LINES = 1000;

    private final TrafficConfig config;
    private final SourceOpener opener;
    private final Delivery delivery;
    private final ProducerMeters meters;
    private final Clock clock;
    private final CountDownLatch stopped;
    private final Duration standstill;
    private final Pace pace;
    private long accepted;

    /**
     * @param standstill how long nothing may come to a file that is followed before it is closed
     * @param processed how many of the prompts that were sent the stages after this one have processed
     */
    TrafficReader(
            TrafficConfig config,
            SourceOpener opener,
            Delivery delivery,
            ProducerMeters meters,
            Clock clock,
            CountDownLatch stopped,
            Duration standstill,
            LongSupplier processed) {
        this.config = config;
        this.opener = opener;
        this.delivery = delivery;
        this.meters = meters;
        this.clock = clock;
        this.stopped = stopped;
        this.standstill = standstill;
        pace = new Pace(config.promptsPerSecond(), config.maxInFlight(), processed);
    }

    /** Reads a stream to its end. */
    void readInput(LineSource lines) throws InterruptedException {
        try (SourceReading reading = opener.input(lines)) {
            readToEnd(reading);
        }
    }

    /** Reads files to their end, one after the other, as many times as the configuration says. */
    void readFiles(List<SourceFile> files) throws InterruptedException {
        boolean more = true;
        for (int round = 1; more && (config.repeat() == 0 || round <= config.repeat()); round++) {
            long before = accepted;
            boolean readBefore = false;
            for (SourceFile file : files) {
                if (isDone()) {
                    return;
                }
                long passed = opener.readBefore();
                Optional<SourceReading> opened = opener.open(file, round);
                readBefore |= opened.isEmpty() || opener.readBefore() > passed;
                if (opened.isPresent()) {
                    try (SourceReading reading = opened.get()) {
                        readToEnd(reading);
                    }
                }
            }
            // Files without a single prompt are not read again, because repeating them would be a busy loop.
            more = accepted > before || readBefore;
        }
    }

    /**
     * Reads files as they grow, and those that come to them, until stopped. Those to which nothing comes are closed meanwhile.
     *
     * @param files asked again now and then
     * @param fixed whether no file comes to them, so that it ends when none is left that can grow
     */
    void follow(Supplier<List<SourceFile>> files, boolean fixed) throws InterruptedException {
        try (var followed = new FollowedFiles(opener, standstill)) {
            long lookAt = System.nanoTime();
            while (!isDone()) {
                if (System.nanoTime() - lookAt >= 0) {
                    followed.look(files.get());
                    lookAt = System.nanoTime() + LOOK_FOR_FILES.toNanos();
                }
                boolean idle = true;
                for (FollowedFile file : followed.all()) {
                    idle &= !takeTurn(file);
                }
                if (fixed && followed.areEnded()) {
                    return;
                }
                if (idle) {
                    delivery.commit();
                    boolean unused = stopped.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
            delivery.commit();
        }
    }

    /** @return whether something was read */
    private boolean takeTurn(FollowedFile file) throws InterruptedException {
        Optional<SourceReading> opened = file.reading();
        if (opened.isEmpty()) {
            return false;
        }
        SourceReading reading = opened.get();
        for (int line = 0; line < TURN_LINES && !isDone(); line++) {
            Polled polled = poll(reading, Duration.ZERO);
            if (polled instanceof Polled.Pending && line == 0 && file.standsStill()) {
                // Again: what was written since the first time and before it was looked at is read before it is left.
                polled = poll(reading, Duration.ZERO);
                if (polled instanceof Polled.Pending) {
                    leave(file, reading);
                }
            }
            if (polled instanceof Polled.Pending) {
                return line > 0;
            }
            file.grew();
            if (!take(reading, polled)) {
                file.end();
                return true;
            }
        }
        return true;
    }

    private void leave(FollowedFile file, SourceReading reading) {
        if (isDone() || !file.isAsSeen()) {
            return;
        }
        if (file.isGone()) {
            // Nobody writes the rest of this line, as after a rotation.
            Optional<? extends Polled> rest = reading.lines().rest();
            if (rest.isPresent()) {
                boolean unused = take(reading, rest.get());
            }
        }
        file.leave();
    }

    private void readToEnd(SourceReading reading) throws InterruptedException {
        boolean more = true;
        while (more && !isDone()) {
            Polled polled = poll(reading, PATIENCE);
            if (polled instanceof Polled.Pending) {
                delivery.commit();
            } else {
                more = take(reading, polled);
            }
        }
    }

    /** Waits for the pace first: a line that has been read is not kept waiting. */
    private Polled poll(SourceReading reading, Duration patience) throws InterruptedException {
        for (long wait = pace.waitNanos(); wait > 0; wait = pace.waitNanos()) {
            if (stopped.await(Math.min(wait, delivery.patience().toNanos()), TimeUnit.NANOSECONDS)) {
                return new Polled.Pending();
            }
            delivery.commitIfDue();
        }
        try {
            return reading.lines().poll(patience.compareTo(delivery.patience()) < 0 ? patience : delivery.patience());
        } catch (ProducerException e) {
            delivery.commit();
            throw e;
        }
    }

    /** @return false at the end of the source */
    private boolean take(SourceReading reading, Polled polled) {
        boolean more = true;
        if (polled instanceof Line line) {
            take(reading, line);
        } else if (polled instanceof Polled.Unusable unusable) {
            reject(reading, unusable.line(), unusable.rejection());
            more = !unusable.damaged();
        } else {
            reading.end();
            more = false;
        }
        if (reading.movable() && (more || reading.hasMoved())) {
            delivery.moved(reading.key(), reading::position);
        }
        if (more) {
            delivery.commitIfDue();
        }
        // Else the end of the source is to be part of the same transaction, if this was the last of its files.
        return more;
    }

    private void take(SourceReading reading, Line line) {
        if (line.blank()) {
            return;
        }
        Outcome<List<Prompt>> parsed = reading.parser().parse(line);
        if (parsed instanceof Outcome.Accepted<List<Prompt>> found && seenBefore(reading, found.value())) {
            parsed = Outcome.rejected(
                    RejectionCode.DUPLICATE_ID,
                    "the file had the id before, among the last " + config.duplicateWindow() + " ids of the source");
        }
        if (parsed instanceof Outcome.Accepted<List<Prompt>> found) {
            send(reading, line, found.value());
        } else if (parsed instanceof Outcome.Rejected<List<Prompt>> rejected) {
            reject(reading, line, rejected.rejection());
        }
    }

    private boolean seenBefore(SourceReading reading, List<Prompt> prompts) {
        boolean before = false;
        for (Prompt prompt : prompts) {
            before |= !opener.isNew(prompt.id(), reading);
        }
        return before;
    }

    /** All prompts of a line, even where that is more than the limit: a line is read once. */
    private void send(SourceReading reading, Line line, List<Prompt> prompts) {
        for (Prompt found : prompts) {
            Prompt prompt = reading.round() == 1 ? found : repeated(found, reading.round());
            if (!delivery.send(prompt, reading.lines().name(), line)) {
                return;
            }
            pace.sent();
            accepted++;
        }
        meters.recordAcceptedLine();
    }

    /** Only in the first round, so that one bad line is one dead letter. */
    private void reject(SourceReading reading, Line line, Rejection rejection) {
        if (reading.round() == 1) {
            delivery.reject(reading.lines().name(), line, rejection);
        }
    }

    /** The same prompt as new traffic of the same conversation, so that it stays on its side of the split. */
    private Prompt repeated(Prompt prompt, int round) {
        return prompt.asked(prompt.id() + '#' + round, clock.instant());
    }

    private boolean isDone() {
        return stopped.getCount() == 0 || (config.limit() > 0 && accepted >= config.limit());
    }
}
