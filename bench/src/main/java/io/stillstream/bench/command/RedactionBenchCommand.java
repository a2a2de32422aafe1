package io.stillstream.bench.command;

import io.stillstream.bench.fault.ReportLine;
import io.stillstream.bench.redaction.RedactionBench;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.producer.redaction.RedactionKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What redaction finds, what it finds wrongly, and how fast. */
@Command(
        name = "redaction",
        description = {
            "Plant private values in chats, and look for them after redaction.",
            "Also count the records of data sets in which redaction finds something, and time it on one thread."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:at least 99 percent of each kind were found", "1:fewer, or an error", "2:wrong usage"})
public final class RedactionBenchCommand implements Callable<Integer> {

    private static final double RECALL = 0.99;
    private static final double THOUSAND = 1000;
    private static final String KEY = "the key of a benchmark, not of anybody";

    @Option(
            names = "--values",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "Values to plant (default: ${DEFAULT-VALUE}).")
    private int values;

    @Option(
            names = "--texts",
            paramLabel = "PATH",
            description = "A file or directory whose lines hold nothing private; repeatable.")
    private List<Path> texts = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of values and chats (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws IOException {
        RedactionConfig config = RedactionConfig.defaults();
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PRODUCER)) {
            var redaction = new Redaction(config, RedactionKey.ofText(KEY), telemetry.redaction(config.detectors()));
            var bench = new RedactionBench(redaction);
            boolean found = recall(bench);
            for (Path text : texts) {
                RedactionBench.FalseHits hits = bench.falseHits(text);
                ReportLine.print(
                        System.out,
                        text.getFileName().toString(),
                        "%,d records, %d changed: %.2f in 1,000; %.1f MB/s on one thread",
                        hits.records(),
                        hits.changed(),
                        hits.changed() * THOUSAND / hits.records(),
                        bench.megabytesPerSecond(text));
                hits.examples().forEach(example -> System.out.println("    " + example));
            }
            return found ? 0 : 1;
        }
    }

    private boolean recall(RedactionBench bench) {
        Map<String, int[]> kinds = new TreeMap<>();
        bench.recall(values, seed).forEach((form, recall) -> {
            int[] kind = kinds.computeIfAbsent(form.substring(0, form.indexOf(':')), name -> new int[2]);
            kind[0] += recall.planted();
            kind[1] += recall.missed();
            if (recall.missed() > 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%s: %d of %d missed, as %s%n",
                        form,
                        recall.missed(),
                        recall.planted(),
                        recall.examples());
            }
        });
        boolean found = true;
        for (Map.Entry<String, int[]> kind : kinds.entrySet()) {
            double share = 1 - (double) kind.getValue()[1] / kind.getValue()[0];
            ReportLine.print(System.out, kind.getKey(), "%.2f%% of %,d", 100 * share, kind.getValue()[0]);
            found &= share >= RECALL;
        }
        return found;
    }
}
