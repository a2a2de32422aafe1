package io.stillstream.pipeline.command.snapshot;

import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.offsets.TenantStretch;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.rewind.TargetsTopic;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what is not trained on, and ends that for a tenant. */
@Command(
        name = "quarantine",
        description = "Show what rewinds have quarantined and is not trained on, or lift a tenant's quarantine.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class QuarantineCommand implements Callable<Integer> {

    @Option(
            names = "--lift",
            paramLabel = "TENANT",
            description = "Train again on what comes of this tenant from now on; what has come stays passed over. The"
                    + " trainer must not be running, and its next start obeys.")
    private @Nullable String lift;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "With --lift, the Kafka cluster, which says what has come (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = data.load(StillstreamConfig.defaults(), flags);
        Path directory = config.trainerDirectory();
        if (!Files.isRegularFile(directory.resolve("ledger"))) {
            throw new PipelineException(
                    "there is no ledger in " + directory + "; name the directory that 'train' was given with --data");
        }
        String tenant = lift;
        print(tenant == null ? LedgerAudit.of(directory).passedOver() : lift(tenant, directory, config), out);
        out.flush();
        return 0;
    }

    private static PassedOver lift(String tenant, Path directory, StillstreamConfig config) {
        Map<String, Object> kafka =
                config.kafka().clientProperties(config.kafka().bootstrapServers());
        new TopicCreator(kafka, config.kafka().connectTimeout()).requireReachable();
        return new Rewind(directory)
                .lift(
                        tenant,
                        new TargetsTopic(
                                kafka,
                                config.topics().teacherTargets(),
                                config.trainer().patience()));
    }

    private static void print(PassedOver passedOver, PrintWriter out) {
        if (passedOver.isNothing()) {
            out.println("nothing is in quarantine");
        }
        for (TenantStretch stretch : passedOver.tenants()) {
            out.println(stretch + (stretch.isLifted() ? " (lifted)" : " (until lifted)"));
        }
        for (OffsetRange range : passedOver.ranges()) {
            out.println(range);
        }
    }
}
