package io.stillstream.bench.command.fault;

import io.stillstream.bench.command.RunDirectory;
import io.stillstream.bench.fault.broker.BrokerChaos;
import io.stillstream.bench.fault.broker.BrokerChaosOptions;
import io.stillstream.bench.fault.broker.BrokerChaosReport;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether scoring and training stay exactly-once when brokers die or are cut off. */
@Command(
        name = "broker-chaos",
        description = {
            "Kill brokers and cut them off, under scorers and a trainer.",
            "Three brokers in network namespaces of their own (Linux, root, iproute2) lose the leaders of partitions, to SIGKILL"
                    + " and to the network, and now and then two nodes at once. A read_committed reader counts what is lost or"
                    + " duplicated; the trainer's weights are compared with those of one that ran undisturbed."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:everything arrived once, and the weights are the same to the bit",
            "1:not so, or an error",
            "2:wrong usage"
        })
public final class BrokerChaosCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            paramLabel = "KILLS",
            defaultValue = "50",
            description = "Kills of a leader, one in ten together with another node (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--partitions",
            paramLabel = "COUNT",
            defaultValue = "10",
            description = "Times that a leader is cut off from the network (default: ${DEFAULT-VALUE}).")
    private int cuts;

    @Option(
            names = "--records",
            paramLabel = "COUNT",
            defaultValue = "6000",
            description = "Prompts (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of prompts and troubles (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "For brokers, stages and their logs (default: a temporary directory).")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path data = RunDirectory.announced(directory, "broker-chaos");
        var options = new BrokerChaosOptions(kills, cuts, records, seed, data);
        try (Interruption interruption = new Interruption()) {
            BrokerChaosReport report = new BrokerChaos(options, interruption, System.out).run();
            report.print(System.out);
            return report.clean() ? 0 : 1;
        }
    }
}
