package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.BakeoffReport.HeldOut;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.examples.ExampleTokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains every arm with every seed on the same stream and compares them. Runs that the store has are not run again. How
 * long things take goes to the log and nowhere else.
 */
public final class Bakeoff {

    private static final Logger LOG = LoggerFactory.getLogger(Bakeoff.class);

    private final BakeoffPlan plan;
    private final RunStore store;

    public Bakeoff(BakeoffPlan plan, RunStore store) {
        this.plan = plan;
        this.store = store;
    }

    /** @throws EvaluationException when the student cannot be loaded, or an arm or a set has nothing that it takes */
    public BakeoffReport run() {
        RunKey keys = new RunKey(plan);
        try (TextTokenizer tokenizer = TextTokenizer.load(plan.student())) {
            var preparer = new ExampleTokenizer(tokenizer, DecoderConfig.read(plan.student()));
            List<PreparedHeldOut> heldOut = plan.heldOut().stream()
                    .map(texts -> PreparedHeldOut.of(texts, preparer))
                    .toList();
            Map<String, List<RunResult>> runs = new LinkedHashMap<>();
            for (Arm arm : plan.arms()) {
                runs.put(arm.name(), runs(arm, keys, new ArmExamples(preparer, tokenizer), heldOut));
            }
            return new ReportBuilder(plan, runs).report(described(heldOut));
        }
    }

    private List<RunResult> runs(Arm arm, RunKey keys, ArmExamples stream, List<PreparedHeldOut> heldOut) {
        List<RunResult> runs = new ArrayList<>();
        List<Example> examples = List.of();
        for (long seed : plan.seedNumbers()) {
            String key = keys.of(arm, seed);
            Optional<RunResult> kept = store.find(key);
            if (kept.isPresent()) {
                LOG.info("arm {}, seed {}: kept from before as {}", arm.name(), seed, key);
                runs.add(kept.get());
                continue;
            }
            examples = examples.isEmpty() ? stream.of(arm) : examples;
            RunResult run = train(arm, examples, seed, heldOut);
            store.keep(key, run);
            runs.add(run);
        }
        return runs;
    }

    private RunResult train(Arm arm, List<Example> examples, long seed, List<PreparedHeldOut> heldOut) {
        long started = System.nanoTime();
        RunResult run = new ArmRun(plan, heldOut).train(arm, examples, seed);
        Duration taken = Duration.ofNanos(System.nanoTime() - started);
        LOG.info(
                "arm {}, seed {}: {} steps, {} tokens, held-out bits per byte: {}, in {} s",
                arm.name(),
                seed,
                plan.steps(),
                run.tokens(),
                summary(run.curve().get(run.curve().size() - 1)),
                taken.toSeconds());
        return run;
    }

    private static String summary(RunResult.Point point) {
        return point.bitsPerByte().entrySet().stream()
                .map(set -> String.format(Locale.ROOT, "%s %.4f", set.getKey(), set.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static List<HeldOut> described(List<PreparedHeldOut> sets) {
        return sets.stream()
                .map(set -> new HeldOut(set.name(), set.size(), set.refused(), set.bytes(), set.teacherBitsPerByte()))
                .toList();
    }
}
