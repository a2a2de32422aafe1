package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Table;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.state.RolloutHistory;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stillstream rollout history}. */
@Command(
        name = "history",
        description = "List what was decided, by whom and why, refusals too.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:with --verify, all is as it was written", "1:not so, or an error", "2:wrong usage"})
public final class HistoryCommand implements Callable<Integer> {

    private static final int NUMBER_WIDTH = 4;
    private static final int TIME_WIDTH = 20;
    private static final int ACTOR_WIDTH = 12;
    private static final int VERB_WIDTH = 8;
    private static final int POINT_WIDTH = 40;

    @Option(
            names = "--verify",
            description =
                    "Check that every decision is as it was written, none is missing, and they lead to the state that"
                            + " there is; exit with 1 otherwise.")
    private boolean verify;

    @Option(
            names = "--head",
            paramLabel = "SHA256",
            description =
                    "As --verify, and exit with 1 also when no decision has this hash, which 'history --verify' showed"
                            + " before: a history that was rewritten as a whole has none. Repeatable.")
    private List<String> heads = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON lines, as student-rollout has them.")
    private boolean json;

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        StillstreamConfig config = options.config();
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        RolloutView view;
        try (var reader =
                new RolloutReader(RolloutOptions.reach(config), config.topics().studentRollout())) {
            view = reader.read();
        }
        if (verify || !heads.isEmpty()) {
            return verify(view, out);
        }
        if (json) {
            view.decisions().forEach(bytes -> out.println(new String(bytes, StandardCharsets.UTF_8)));
        } else {
            print(view.decisions().stream().map(RolloutDecisionCodec::decode).toList(), out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private int verify(RolloutView view, PrintWriter out) {
        List<String> problems = new ArrayList<>(RolloutHistory.verify(view.decisions(), view.state()));
        if (problems.isEmpty()) {
            List<String> hashes = view.decisions().stream()
                    .map(bytes -> RolloutDecisionCodec.hash(RolloutDecisionCodec.decode(bytes)))
                    .toList();
            heads.stream()
                    .filter(head -> !hashes.contains(head))
                    .forEach(head -> problems.add("no decision has the hash " + head + ": the history is another one"));
        }
        problems.forEach(out::println);
        if (problems.isEmpty()) {
            out.println(view.decisions().size() + " decisions are as they were written; head "
                    + view.state().head());
        }
        out.flush();
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void print(List<RolloutDecision> decisions, PrintWriter out) {
        Table table = Table.start(
                out::println,
                Table.number("NO", NUMBER_WIDTH, "%d"),
                Table.text("TIME", TIME_WIDTH),
                Table.text("ACTOR", ACTOR_WIDTH),
                Table.text("VERB", VERB_WIDTH),
                Table.text("TO", POINT_WIDTH),
                Table.text("REASON", 1));
        for (RolloutDecision decision : decisions) {
            table.row(
                    decision.number(),
                    decision.at().truncatedTo(ChronoUnit.SECONDS),
                    decision.actor(),
                    decision.verb().label(),
                    decision.isRefused()
                            ? "refused: " + decision.refusal()
                            : decision.to().toString(),
                    decision.reason());
        }
    }
}
