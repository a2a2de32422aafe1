package io.stillstream.bench.fault.rewind;

import io.stillstream.bench.bisect.PlantedStream;
import io.stillstream.bench.fault.rewind.RewindChaos.OrderGiven;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.state.RolloutHistory;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is there after the last order, with nothing running.
 *
 * @param obeyed the lines of the ledger that obey an order, by order
 * @param refused orders that the trainer refused
 * @param promotions decisions after which a candidate was champion
 * @param promotedTwice candidates that became champion by more than one decision
 * @param decidedNotOnce commands without a decision, or with more than one
 * @param problems that the checks of the history and of the ledger found
 * @param different files of the checkpoint whose bytes are not those of the trainer that saw nothing of it
 */
record RewindOutcome(
        Map<String, Integer> obeyed,
        long refused,
        long promotions,
        long promotedTwice,
        long decidedNotOnce,
        List<String> problems,
        long steps,
        long cleanSteps,
        long passedOver,
        List<String> different) {

    private static final Duration LONGEST = Duration.ofMinutes(5);

    static RewindOutcome of(RewindTestbed testbed, RewindSite site, List<OrderGiven> given, List<String> commands)
            throws InterruptedException {
        SnapshotManifest found = end(testbed.lastTrainer());
        Set<Long> planted = testbed.offsetsOf(PlantedStream.PLANTER);
        long passedOver = testbed.copy(
                offset -> given.stream().anyMatch(one -> isQuarantined(one.order(), one.from(), offset, planted)));
        SnapshotManifest clean = end(testbed.cleanTrainer());
        LedgerAudit audit = LedgerAudit.of(TrainerSettings.directory(testbed.data()));
        Map<String, Integer> obeyed = new TreeMap<>();
        given.forEach(one -> obeyed.put(one.order().id(), 0));
        for (LedgerAudit.Line line : audit.lines()) {
            if (line.entry() instanceof LedgerEntry.Rewound rewound) {
                obeyed.merge(rewound.order(), 1, Integer::sum);
            }
        }
        RolloutView view = site.view();
        List<RolloutDecision> decisions =
                view.decisions().stream().map(RolloutDecisionCodec::decode).toList();
        List<String> promoted = decisions.stream()
                .filter(decision -> !decision.from().candidate().isEmpty()
                        && decision.to().champion().equals(decision.from().candidate()))
                .map(decision -> decision.to().champion())
                .toList();
        List<String> problems = new ArrayList<>(RolloutHistory.verify(view.decisions(), view.state()));
        problems.addAll(audit.summary().findings());
        return new RewindOutcome(
                obeyed,
                given.stream().filter(one -> one.answer().isRefused()).count(),
                promoted.size(),
                promoted.size() - new HashSet<>(promoted).size(),
                commands.stream()
                        .filter(id -> decisions.stream()
                                        .filter(decision -> decision.input().equals(id))
                                        .count()
                                != 1)
                        .count(),
                problems,
                found.step(),
                clean.step(),
                passedOver,
                different(found, clean));
    }

    boolean clean() {
        return obeyed.values().stream().allMatch(times -> times == 1)
                && refused == 0
                && promotedTwice == 0
                && decidedNotOnce == 0
                && problems.isEmpty()
                && different.isEmpty()
                && steps == cleanSteps;
    }

    /** By what the order says, not by what the trainer made of it. */
    private static boolean isQuarantined(RewindOrder order, long from, long offset, Set<Long> planted) {
        if (offset < from) {
            return false;
        }
        if (order.request().quarantine() instanceof Quarantine.Ranges given) {
            return given.ranges().stream().anyMatch(range -> range.first() <= offset && offset <= range.last());
        }
        return order.request().quarantine() instanceof Quarantine.Tenant
                ? planted.contains(offset)
                : offset < order.ends().getOrDefault(0, 0L);
    }

    private static SnapshotManifest end(TrainerProcess trainer) throws InterruptedException {
        try (trainer) {
            trainer.start();
            if (!trainer.process().await(LONGEST) || trainer.process().exitValue() != 0) {
                throw new PipelineException("a trainer did not reach the end of the topic; its log says why");
            }
            return trainer.files()
                    .newestCheckpoint()
                    .orElseThrow(() -> new PipelineException("a trainer has left no intact checkpoint"))
                    .manifest();
        }
    }

    private static List<String> different(SnapshotManifest found, SnapshotManifest clean) {
        return clean.files().entrySet().stream()
                .filter(file -> file.getKey().endsWith(".safetensors"))
                .filter(file -> !file.getValue().equals(found.files().get(file.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }
}
