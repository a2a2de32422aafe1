package io.stillstream.bench.fault.rewind;

import io.stillstream.bench.bisect.PlantedStream;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes a running trainer back again and again, and kills it and the controller around each order.
 *
 * <p>Good records make a champion, planted ones come after it, and a command takes the trainer back to the champion, alone or with
 * the rollback of a candidate. Both processes are killed with SIGKILL at moments that a seed decides, and started again. At the
 * end the trainer's weights and optimizer have to be, byte for byte, those of one that read a topic on which nothing that the
 * orders quarantine ever was; each order has to be obeyed once, and each command decided once.
 */
public final class RewindChaos {

    private static final int FIRST = 240;
    private static final int GOOD = 120;
    private static final int MIXED = 100;
    private static final int PLANTED_AT = 30;
    private static final int PLANTED = 30;
    private static final int LAST = 100;

    private final RewindChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Random random;
    private final Map<KillPlace, Integer> kills = new EnumMap<>(KillPlace.class);
    private final List<String> commands = new ArrayList<>();
    private final List<OrderGiven> given = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    /** How far an order was when something was killed. */
    enum KillPlace {
        NOT_DECIDED,
        NOT_OBEYED,
        NOT_ANSWERED,
        ANSWERED
    }

    /** An order and the offset that its champion's checkpoint goes on at. */
    record OrderGiven(RewindOrder order, long from, RewindAnswer answer) {}

    public RewindChaos(RewindChaosOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        this.random = new Random(options.seed());
    }

    public RewindChaosReport run() throws IOException, InterruptedException {
        long started = System.nanoTime();
        Files.createDirectories(options.directory());
        try (RewindTestbed testbed = new RewindTestbed(options.directory(), options.seed())) {
            Files.createDirectories(testbed.data());
            PlantedStream stream = testbed.stream(options.seed());
            stream.send(FIRST, true, FIRST, 0);
            int failures;
            RewindOutcome outcome;
            try (RewindSite site = new RewindSite(testbed)) {
                site.start();
                for (RewindPlan plan : RewindPlan.of(options.orders(), random)) {
                    if (interruption.requested()) {
                        break;
                    }
                    promote(site);
                    order(plan, site, stream);
                    stream.send(GOOD, false, GOOD, 0);
                }
                stream.send(LAST, false, LAST / 2, PLANTED);
                site.stop();
                failures = site.failures();
                outcome = RewindOutcome.of(testbed, site, given, commands);
            }
            return new RewindChaosReport(
                    options.seed(),
                    Map.copyOf(kills),
                    failures,
                    outcome,
                    Duration.ofNanos(System.nanoTime() - started));
        }
    }

    /** The newest snapshot becomes champion, and the controller is killed now and then while it does. */
    private void promote(RewindSite site) throws InterruptedException {
        command(site, RolloutVerb.START, fresh(site), false, null, false);
        command(site, RolloutVerb.PROMOTE, null, true, null, random.nextBoolean());
    }

    private void order(RewindPlan plan, RewindSite site, PlantedStream stream) throws InterruptedException {
        List<Long> planted = stream.send(MIXED, false, PLANTED_AT, PLANTED);
        SnapshotReference after = fresh(site);
        if (plan.rollback()) {
            command(site, RolloutVerb.START, after, false, null, false);
        }
        var request = new RewindRequest("", quarantine(plan.asked(), planted));
        RolloutVerb verb = plan.rollback() ? RolloutVerb.ROLLBACK : RolloutVerb.REWIND;
        String id = id();
        if (plan.has(RewindMoment.CONTROLLER_DOWN)) {
            kill(RewindMoment.CONTROLLER_DOWN, site, id);
        }
        if (plan.has(RewindMoment.TRAINER_DOWN)) {
            kill(RewindMoment.TRAINER_DOWN, site, id);
        }
        site.send(id, verb, null, false, request);
        if (plan.has(RewindMoment.CONTROLLER_DOWN)) {
            sleep(RewindMoment.CONTROLLER_DOWN);
            site.process(true).start();
        } else {
            killAndStart(RewindMoment.CONTROLLER_WRITING, plan, site, id);
        }
        RewindOrder order = site.await(
                "an order for " + id, () -> site.decision(id).flatMap(decision -> site.order(decision.number())));
        if (plan.has(RewindMoment.TRAINER_DOWN)) {
            site.process(false).start();
        }
        killAndStart(RewindMoment.ORDER_READ, plan, site, id);
        killAndStart(RewindMoment.TRAINER_STARTING, plan, site, id);
        if (plan.has(RewindMoment.ORDER_OBEYED)) {
            site.await("the line for " + id, () -> site.isObeyed(order) ? Optional.of(true) : Optional.empty());
            killAndStart(RewindMoment.ORDER_OBEYED, plan, site, id);
        }
        RewindAnswer answer = site.await("an answer to " + id, () -> site.answer(order));
        known.addAll(ids(site));
        given.add(new OrderGiven(order, next(site, order), answer));
        killAndStart(RewindMoment.TRAINING_AGAIN, plan, site, id);
        out.printf(
                Locale.ROOT,
                "order %d of %d, %s%s, killed %s: %s%n",
                given.size(),
                options.orders(),
                request.quarantine(),
                plan.rollback() ? " with a rollback" : "",
                plan.kills(),
                answer.isRefused() ? "REFUSED, " + answer.refusal() : "to step " + answer.step());
    }

    private Quarantine quarantine(RewindPlan.Asked asked, List<Long> planted) {
        return switch (asked) {
            case SINCE_CHAMPION -> new Quarantine.SinceChampion();
            case RANGE ->
                new Quarantine.Ranges(
                        List.of(new Quarantine.Range(0, planted.get(0), planted.get(planted.size() - 1))));
            case TENANT -> new Quarantine.Tenant(PlantedStream.PLANTER);
        };
    }

    private void command(
            RewindSite site,
            RolloutVerb verb,
            @Nullable SnapshotReference candidate,
            boolean full,
            @Nullable RewindRequest rewind,
            boolean kill)
            throws InterruptedException {
        String id = id();
        site.send(id, verb, candidate, full, rewind);
        if (kill) {
            sleep(RewindMoment.CONTROLLER_WRITING);
            kill(RewindMoment.CONTROLLER_WRITING, site, id);
            site.process(true).start();
        }
        RolloutDecision decision = site.await("a decision on " + id, () -> site.decision(id));
        if (decision.isRefused()) {
            throw new PipelineException(verb.label() + " was refused: " + decision.refusal());
        }
    }

    private String id() {
        commands.add("command-" + (commands.size() + 1));
        return commands.get(commands.size() - 1);
    }

    /** A snapshot that was not there before, of the training that goes on. */
    private SnapshotReference fresh(RewindSite site) throws InterruptedException {
        Snapshot found = site.await(
                "a new snapshot",
                () -> site.snapshots().stream()
                        .filter(snapshot -> !known.contains(snapshot.manifest().id()))
                        .findFirst());
        known.addAll(ids(site));
        return new SnapshotReference(
                found.manifest().id(),
                Snapshot.weights(found.manifest().files()).orElseThrow());
    }

    private static List<String> ids(RewindSite site) {
        return site.snapshots().stream()
                .map(snapshot -> snapshot.manifest().id())
                .toList();
    }

    private static long next(RewindSite site, RewindOrder order) {
        return site.snapshots().stream()
                .filter(snapshot -> snapshot.manifest().id().equals(order.snapshot()))
                .flatMap(snapshot -> snapshot.manifest().offsets().values().stream())
                .findFirst()
                .orElseThrow(() -> new PipelineException("the champion " + order.snapshot() + " is gone"));
    }

    private void killAndStart(RewindMoment moment, RewindPlan plan, RewindSite site, String id)
            throws InterruptedException {
        if (plan.has(moment)) {
            sleep(moment);
            kill(moment, site, id);
            site.process(moment.isController()).start();
        }
    }

    private void kill(RewindMoment moment, RewindSite site, String id) throws InterruptedException {
        site.process(moment.isController()).kill();
        kills.merge(place(site, id), 1, Integer::sum);
    }

    private static KillPlace place(RewindSite site, String id) {
        Optional<RewindOrder> order = site.decision(id).flatMap(decision -> site.order(decision.number()));
        if (order.isEmpty()) {
            return KillPlace.NOT_DECIDED;
        }
        if (!site.isObeyed(order.get())) {
            return KillPlace.NOT_OBEYED;
        }
        return site.answer(order.get()).isEmpty() ? KillPlace.NOT_ANSWERED : KillPlace.ANSWERED;
    }

    private void sleep(RewindMoment moment) throws InterruptedException {
        Thread.sleep(random.nextInt((int) moment.latest().toMillis() + 1));
    }
}
