package io.stillstream.bench.command.rollout;

import io.stillstream.bench.canary.CanaryTrialsBench;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How often the judge of a rollout is wrong, and how soon it is right. */
@Command(
        name = "canary-trials",
        description = {
            "Count how often a rollout's judge takes back a candidate that is as good as the champion, and after how many"
                    + " requests one that is worse.",
            "Students answer FairytaleQA's questions once, and the teacher scores what they wrote; each trial draws from"
                    + " these answers. Failures and times are drawn."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CanaryTrialsCommand implements Callable<Integer> {

    @Option(names = "--student", required = true, paramLabel = "DIR", description = "A Hugging Face directory.")
    private Path student = Path.of(".");

    @Option(names = "--teacher", required = true, paramLabel = "DIR", description = "Another one, that scores.")
    private Path teacher = Path.of(".");

    @Option(
            names = "--stories",
            required = true,
            paramLabel = "DIR",
            description = "FairytaleQA's *-questions.csv files.")
    private Path stories = Path.of(".");

    @Option(
            names = "--answers",
            paramLabel = "COUNT",
            defaultValue = "400",
            description = "How many questions each student answers (default: ${DEFAULT-VALUE}).")
    private int answers;

    @Option(
            names = "--tokens",
            paramLabel = "COUNT",
            defaultValue = "64",
            description = "The most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--trials",
            paramLabel = "COUNT",
            defaultValue = "1000",
            description = "Trials of each kind (default: ${DEFAULT-VALUE}).")
    private int trials;

    @Override
    public Integer call() throws IOException {
        new CanaryTrialsBench(stories, answers, tokens, trials, System.out).run(student, teacher);
        return 0;
    }
}
