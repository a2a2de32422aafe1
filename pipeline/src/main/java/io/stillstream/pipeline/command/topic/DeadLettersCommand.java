package io.stillstream.pipeline.command.topic;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.deadletters.DeadLetterFilter;
import io.stillstream.pipeline.deadletters.DeadLetterId;
import io.stillstream.pipeline.deadletters.DeadLetterList;
import io.stillstream.pipeline.deadletters.DeadLetterReader;
import io.stillstream.pipeline.deadletters.DeadLetterView;
import io.stillstream.pipeline.deadletters.ReplayLog;
import io.stillstream.pipeline.deadletters.ReplayRun;
import io.stillstream.pipeline.deadletters.Replayer;
import io.stillstream.pipeline.deadletters.StoredDeadLetter;
import io.stillstream.pipeline.run.Cluster;
import io.stillstream.pipeline.terminal.Screen;
import io.stillstream.producer.redaction.Redaction;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Lists what was rejected, shows one whole, and sends originals back. */
@Command(
        name = "dead-letters",
        description = {
            "List what was rejected and why, show one of them whole, or send the originals back to where they came"
                    + " from.",
            "",
            "Reads a cluster, or without --bootstrap-servers the data directory of a 'run', 'demo' or 'broker' that has"
                    + " ended."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:done", "1:an error, or something could not be sent back", "2:wrong usage"})
public final class DeadLettersCommand implements Callable<Integer> {

    private static final int USUAL_LIMIT = 50;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "Show this one whole, its headers and its bytes: an id of the list, such as 0@17.")
    private @Nullable String id;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            converter = CodeName.class,
            description = "Only those that were rejected for this reason, such as malformed_json. Repeatable.")
    private Set<RejectionCode> codes = EnumSet.noneOf(RejectionCode.class);

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            converter = StageName.class,
            description = "Only those of this stage: producer, scorer or trainer. Repeatable.")
    private Set<Stage> stages = EnumSet.noneOf(Stage.class);

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = SinceTime.class,
            description = "Only those since then: 30m and 2h ago, or a time such as 2026-11-26T19:00:00Z.")
    private @Nullable Instant since;

    @Option(
            names = "--limit",
            paramLabel = "COUNT",
            description = "List the newest so many, 0 for all (default: " + USUAL_LIMIT
                    + "); with --replay, send back the oldest so many (default: all).")
    private @Nullable Integer limit;

    @Option(
            names = "--replay",
            description = "Send the originals back: a line that the producer rejected through its parser to prompts, a"
                    + " scorer's record to prompts, a trainer's to teacher-targets. What was replayed is remembered and"
                    + " not replayed twice. Duplicates go back only with --code duplicate_id.")
    private boolean replay;

    @Option(names = "--again", description = "With --replay, also send back what was replayed before.")
    private boolean again;

    @Option(names = "--json", description = "Print JSON lines, with the original in base64 where one is shown.")
    private boolean json;

    @Option(
            names = "--bytes",
            description =
                    "With an ID, print the bytes of the original and nothing else, for a file or another program.")
    private boolean bytes;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "A Kafka cluster, or a running 'broker' (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private static final class CodeName implements ITypeConverter<RejectionCode> {

        @Override
        public RejectionCode convert(String label) {
            try {
                return RejectionCode.parse(label);
            } catch (ContractException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    private static final class StageName implements ITypeConverter<Stage> {

        @Override
        public Stage convert(String name) {
            return switch (name) {
                case "producer" -> Stage.PRODUCER;
                case "proxy" -> Stage.PROXY;
                case "scorer", "teacher-scorer" -> Stage.SCORER;
                case "trainer", "student-trainer" -> Stage.TRAINER;
                default ->
                    throw new TypeConversionException(
                            "there is no stage '" + name + "'; expected producer, proxy, scorer or trainer");
            };
        }
    }

    @Override
    public Integer call() {
        requireUsable();
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = data.load(StillstreamConfig.defaults(), flags);
        try (Cluster cluster = Cluster.kept(config)) {
            return on(config, config.kafka().clientProperties(cluster.bootstrapServers()));
        }
    }

    private int on(StillstreamConfig config, Map<String, Object> kafka) {
        String topic = config.topics().deadLetters();
        ReplayLog log = ReplayLog.read(kafka, topic);
        try (DeadLetterReader reader = new DeadLetterReader(kafka, topic)) {
            if (replay) {
                Redaction redaction = Redaction.open(config.redaction(), config.dataDirectory());
                return replay(reader, Replayer.open(kafka, log, config.topics(), config.traffic(), redaction));
            }
            if (id != null) {
                show(reader.get(DeadLetterId.parse(id)), log);
            } else {
                DeadLetterFilter filter = new DeadLetterFilter(codes, stages, since);
                var list = new DeadLetterList(Screen.standard(), log, limit == null ? USUAL_LIMIT : limit, json);
                reader.forEach(filter, list::add);
                list.print();
            }
            return ExitCode.OK;
        }
    }

    private void show(StoredDeadLetter letter, ReplayLog log) {
        DeadLetterView view = new DeadLetterView(System.out, log);
        if (bytes) {
            view.printBytes(letter);
        } else if (json) {
            view.printJson(letter);
        } else {
            view.print(letter);
        }
    }

    private int replay(DeadLetterReader reader, Replayer opened) {
        try (Replayer replayer = opened) {
            boolean duplicates = id != null || codes.contains(RejectionCode.DUPLICATE_ID);
            ReplayRun run = new ReplayRun(
                    replayer,
                    System.out,
                    json,
                    again,
                    duplicates,
                    limit == null || limit == 0 ? Long.MAX_VALUE : limit);
            if (id != null) {
                run.replay(reader.get(DeadLetterId.parse(id)));
            } else {
                reader.forEach(new DeadLetterFilter(codes, stages, since), run::replay);
            }
            run.printSummary();
            return run.failed() ? ExitCode.SOFTWARE : ExitCode.OK;
        }
    }

    private void requireUsable() {
        if (limit != null && limit < 0) {
            throw wrongUsage("--limit is " + limit + "; expected 0 or more");
        }
        if (again && !replay) {
            throw wrongUsage("--again says what --replay does, which is not given");
        }
        if (bytes && (id == null || replay || json)) {
            throw wrongUsage(
                    "--bytes prints the bytes of one dead letter; expected an ID, and neither --replay nor --json");
        }
        if (id != null && (!codes.isEmpty() || !stages.isEmpty() || since != null || limit != null)) {
            throw wrongUsage("an ID names one dead letter; expected no --code, --stage, --since or --limit beside it");
        }
    }

    private ParameterException wrongUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
