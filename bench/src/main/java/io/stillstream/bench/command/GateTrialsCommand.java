package io.stillstream.bench.command;

import io.stillstream.bench.gate.GateTrialsBench;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How often the gate decides wrongly. */
@Command(
        name = "gate-trials",
        description = {
            "Count the gate's wrong decisions about copies of a student that are as good, and about worse ones.",
            "Each is evaluated once on FairytaleQA's questions; each trial draws stories from these."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class GateTrialsCommand implements Callable<Integer> {

    @Option(names = "--student", required = true, paramLabel = "DIR", description = "A Hugging Face directory.")
    private Path student = Path.of(".");

    @Option(
            names = "--worse",
            paramLabel = "DIR",
            description = "Another state of it that is worse, such as one trained on shuffled text. Repeatable.")
    private List<Path> worse = new ArrayList<>();

    @Option(
            names = "--stories",
            required = true,
            paramLabel = "DIR",
            description = "FairytaleQA's *-questions.csv files.")
    private Path stories = Path.of(".");

    @Option(
            names = "--trials",
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "Trials of each kind (default: ${DEFAULT-VALUE}).")
    private int trials;

    @Option(
            names = "--drawn",
            paramLabel = "STORIES",
            split = ",",
            defaultValue = "30,100",
            description = "How many stories a trial draws (default: ${DEFAULT-VALUE}).")
    private List<Integer> drawn = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        new GateTrialsBench(stories, trials, System.out).run(student, worse, drawn);
        return 0;
    }
}
