package io.stillstream.trainer.ledger;

import io.stillstream.trainer.TrainerException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The steps of a ledger that belong to the training that goes on, handed out one at a time while the file is read: of a ledger of any
 * length no more is in memory than what its reader keeps.
 */
public final class LiveSteps {

    private final LedgerFile file;
    private final Lineage lineage;

    LiveSteps(LedgerFile file, Lineage lineage) {
        this.file = file;
        this.lineage = lineage;
    }

    /**
     * For whoever does not have the ledger open; reads it once for its rewinds.
     *
     * @throws TrainerException when a line was changed after it was written
     */
    public static LiveSteps of(Path dataDirectory) {
        LedgerFile file = LedgerFile.in(dataDirectory);
        var lineage = new Lineage();
        file.scan((entry, end) -> {
            if (entry instanceof LedgerEntry.Rewound rewound) {
                lineage.rewound(end.bytes(), rewound.bytes());
            }
        });
        return new LiveSteps(file, lineage);
    }

    /**
     * Reads the ledger once.
     *
     * @param place such as that of a checkpoint
     * @param reader is given each step whose line ends after the place
     * @return how many steps training would no longer have if it were taken back to the place
     * @throws TrainerException when a line was changed after it was written
     */
    public long after(LedgerPosition place, Consumer<LedgerEntry.Stepped> reader) {
        Lineage back = lineage.takenBackTo(place.bytes());
        long[] abandoned = {0};
        file.scan((entry, end) -> {
            if (entry instanceof LedgerEntry.Stepped step && lineage.holds(end.bytes())) {
                abandoned[0] += back.holds(end.bytes()) ? 0 : 1;
                if (end.bytes() > place.bytes()) {
                    reader.accept(step);
                }
            }
        });
        return abandoned[0];
    }
}
