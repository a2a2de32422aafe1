package io.stillstream.pipeline.command;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.Lineage;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists snapshots. */
@Command(
        name = "snapshots",
        description = "List the student's snapshots, newest first.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SnapshotsCommand implements Callable<Integer> {

    @Option(names = "--verify", description = "Check every file against its manifest; exit 1 when one is damaged.")
    private boolean verify;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Path directory = common.trainerDirectory();
        SnapshotStore store = new SnapshotStore(directory, Clock.systemUTC());
        Lineage lineage = LedgerAudit.of(directory).lineage();
        Map<Alias, String> aliases = store.aliases();
        List<Snapshot> snapshots = store.list();
        boolean damaged = false;
        for (Snapshot snapshot : snapshots) {
            String state = verify ? state(snapshot) : "";
            damaged |= state.startsWith("damaged");
            System.out.printf(
                    Locale.ROOT,
                    "%s  step %,d  %s  held-out %s bits/byte  %s%s %s%n",
                    snapshot.manifest().id(),
                    snapshot.manifest().step(),
                    snapshot.manifest().createdAt(),
                    snapshot.manifest().evaluation().get("held_out_bits_per_byte"),
                    aliases.entrySet().stream()
                            .filter(alias ->
                                    alias.getValue().equals(snapshot.manifest().id()))
                            .map(alias -> alias.getKey().name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(" ")),
                    lineage.holds(snapshot.manifest().writer().ledgerBytes()) ? "" : "abandoned",
                    state);
        }
        if (snapshots.isEmpty()) {
            System.out.println("no snapshots in " + directory);
        }
        return damaged ? 1 : 0;
    }

    private static String state(Snapshot snapshot) {
        try {
            SnapshotStore.verify(snapshot);
            return "intact";
        } catch (TrainerException e) {
            return "damaged: " + e.getMessage();
        }
    }
}
