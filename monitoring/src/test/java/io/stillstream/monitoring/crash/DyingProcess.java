package io.stillstream.monitoring.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Processes ten records in batches, and dies of the one at offset 6 as native code dies: at once, running nothing. */
public final class DyingProcess {

    static final String TOPIC = "prompts with an id";
    static final int ABORTED = 134;
    static final int FATAL_OFFSET = 6;
    static final int RECORDS = 10;

    private DyingProcess() {}

    public static void main(String[] arguments) throws IOException {
        CrashJournal journal = CrashJournal.open(Path.of(arguments[0]), TOPIC);
        List<PartitionOffset> records = IntStream.range(0, RECORDS)
                .mapToObj(offset -> new PartitionOffset(0, offset))
                .toList();
        List<PartitionOffset> suspects =
                records.stream().filter(journal::isSuspect).toList();
        System.out.println(
                "suspects " + suspects.stream().map(PartitionOffset::offset).toList());
        System.out.println("poison "
                + records.stream()
                        .filter(journal::isPoison)
                        .map(PartitionOffset::offset)
                        .toList());
        for (PartitionOffset suspect : suspects) {
            process(journal, List.of(suspect));
        }
        process(
                journal,
                records.stream()
                        .filter(record -> !suspects.contains(record) && !journal.isPoison(record))
                        .toList());
        System.out.println("done");
    }

    private static void process(CrashJournal journal, List<PartitionOffset> batch) {
        boolean unused = journal.process(batch, () -> {
            if (batch.stream().anyMatch(record -> record.offset() == FATAL_OFFSET)) {
                Runtime.getRuntime().halt(ABORTED);
            }
            return true;
        });
        journal.acquit(batch);
    }
}
