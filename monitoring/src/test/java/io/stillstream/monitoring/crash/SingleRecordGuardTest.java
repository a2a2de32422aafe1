package io.stillstream.monitoring.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SingleRecordGuardTest {

    private static final PartitionOffset PLACE = new PartitionOffset(2, 11);

    @TempDir
    private Path directory;

    private boolean whole = true;

    @Test
    void guard_workThatReturns_isItsOutcome() throws IOException {
        assertThat(guard(() -> Outcome.accepted("done"))).isEqualTo(Outcome.accepted("done"));
    }

    @Test
    void guard_contractException_isTheRecordsWithoutAProbe() throws IOException {
        whole = false;
        assertThat(guard(() -> {
                    throw new ContractException("no record of ours");
                }))
                .isEqualTo(Outcome.rejected(RejectionCode.UNREADABLE_RECORD, "no record of ours"));
    }

    @Test
    void guard_anyOtherException_isTheRecordsWhereTheProbePasses() throws IOException {
        Supplier<Outcome<String>> overflow = () -> {
            throw new StackOverflowError();
        };
        assertThat(guard(overflow)).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> {
            assertThat(rejected.rejection().code()).isEqualTo(RejectionCode.INTERNAL_ERROR);
            assertThat(rejected.rejection().detail())
                    .startsWith("StackOverflowError in io.stillstream.")
                    .endsWith(", at this record and not at a plain text");
        });
        whole = false;
        assertThatThrownBy(() -> guard(overflow)).isInstanceOf(StackOverflowError.class);
        assertThatThrownBy(() -> guard(() -> {
                    throw new ArithmeticException("long overflow");
                }))
                .isInstanceOf(ArithmeticException.class);
    }

    /** No record would be innocent on a full disk. */
    @Test
    void guard_journalCannotBeWritten_isNoRecordsFault() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, "prompts");
        Files.createDirectory(directory.resolve("in-flight-0"));
        assertThatThrownBy(() -> guard(journal, () -> Outcome.accepted("done")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("could not be noted in " + directory);
    }

    @Test
    void poison_saysWhichStageDied() throws IOException {
        var guard = new SingleRecordGuard("scorer", IllegalStateException.class, "a plain text", CrashJournal.none());
        assertThat(guard.poison())
                .isEqualTo(new Rejection(
                        RejectionCode.POISON,
                        "the scorer died again and again while it processed this record, at last alone; it was not tried"
                                + " again"));
    }

    private Outcome<String> guard(Supplier<Outcome<String>> work) throws IOException {
        return guard(CrashJournal.open(directory, "prompts"), work);
    }

    private Outcome<String> guard(CrashJournal journal, Supplier<Outcome<String>> work) {
        return new SingleRecordGuard("scorer", IllegalStateException.class, "a plain text", journal)
                .guard("prompts", PLACE, RejectionCode.UNREADABLE_RECORD, () -> whole, work);
    }
}
