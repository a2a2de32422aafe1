package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.bench.fault.trainer.process.SettableClock;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Faults that a trainer must survive or refuse, one scenario after the other, each in a data directory of its own and
 * compared with an undisturbed trainer.
 */
public final class TrainerFaultScenarios {

    private static final TrainerSettings.Pace PACE = new TrainerSettings.Pace(256, 10, 25);
    private static final int PARTITIONS = 4;
    private static final int SOME_STEPS = 30;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Room for a checkpoint or two of the bundled student, not for more. */
    private static final int SMALL_MEBIBYTES = 14;

    private static final int LARGE_MEBIBYTES = 256;
    private static final Duration SET_BACK = Duration.ofHours(1);
    private static final int MOST_LINES = 12;
    private static final int LONGEST_LINE = 400;
    private static final Pattern TIME = Pattern.compile("^\\d\\d:\\d\\d:\\d\\d\\.\\d+ ");

    private final int records;
    private final Duration away;
    private final long seed;
    private final Path directory;
    private final Interruption interruption;
    private final PrintStream out;
    private final TrainerSettings settings;
    private final FaultTestbed testbed;

    private TrainerFaultScenarios(
            int records,
            Duration away,
            long seed,
            Path directory,
            Interruption interruption,
            PrintStream out,
            FaultTestbed testbed) {
        this.records = records;
        this.away = away;
        this.seed = seed;
        this.directory = directory;
        this.interruption = interruption;
        this.out = out;
        this.testbed = testbed;
        this.settings = TrainerSettings.of(testbed.bundledStudent(), PACE);
    }

    /**
     * Runs all scenarios.
     *
     * @param away how long the broker is down and a trainer is suspended
     */
    public static List<Scenario> play(
            int records, Duration away, long seed, Path directory, Interruption interruption, PrintStream out)
            throws InterruptedException {
        try (FaultTestbed testbed = FaultTestbed.prepare(directory, PARTITIONS, records, seed)) {
            return new TrainerFaultScenarios(records, away, seed, directory, interruption, out, testbed).play();
        }
    }

    private List<Scenario> play() throws InterruptedException {
        out.printf(Locale.ROOT, "records %,d, seed %d%n", records, seed);
        FinalState reference;
        try (TrainerProcess trainer = testbed.trainer("undisturbed", settings)) {
            trainer.start();
            end(trainer);
            reference = FinalState.of(trainer.files(), testbed.contents());
        }
        List<Scenario> scenarios = new ArrayList<>();
        show(scenarios, brokerDown(reference));
        show(scenarios, diskFull(reference));
        show(scenarios, clockSetBack(reference));
        show(scenarios, twoAtOnce(reference));
        show(scenarios, suspended(reference));
        show(scenarios, overtaken(reference));
        return scenarios;
    }

    private void show(List<Scenario> scenarios, Scenario scenario) {
        scenarios.add(scenario);
        out.printf(Locale.ROOT, "%n%s: %s%n", scenario.name(), scenario.held() ? "held" : "DID NOT HOLD");
        scenario.findings().forEach(line -> out.println("  " + line));
        if (interruption.requested()) {
            throw new PipelineException("interrupted; data and logs are in " + directory);
        }
    }

    private Scenario brokerDown(FinalState reference) throws InterruptedException {
        try (TrainerProcess trainer = testbed.trainer("broker-down", settings)) {
            startAndTrain(trainer);
            testbed.stopBroker();
            pause(away);
            boolean stayed = trainer.process().isAlive();
            long step = trainer.files().listedStep();
            testbed.startBroker();
            int exit = end(trainer);
            return scenario(
                    "the broker down for " + away.toSeconds() + " s",
                    stayed && exit == 0,
                    trainer,
                    reference,
                    List.of("the trainer waited at step " + step + "; ended with exit code " + exit),
                    trainer.log());
        }
    }

    private Scenario diskFull(FinalState reference) throws InterruptedException {
        String name = "the disk full in mid-checkpoint";
        Path data = directory.resolve("disk-full");
        create(data);
        if (mount("size=" + SMALL_MEBIBYTES + "m", data) != 0) {
            return new Scenario(name, true, List.of("skipped: mounting a small tmpfs needs root"));
        }
        try (TrainerProcess trainer = testbed.trainer(data, settings)) {
            trainer.start();
            int exit = end(trainer);
            String log = trainer.log();
            List<String> torn = trainer.files().torn();
            mount("remount,size=" + LARGE_MEBIBYTES + "m", data);
            trainer.start();
            int exitWithRoom = end(trainer);
            return scenario(
                    name,
                    exit != 0 && torn.isEmpty() && exitWithRoom == 0,
                    trainer,
                    reference,
                    List.of(
                            "a file system of " + SMALL_MEBIBYTES + " MiB; ended with exit code " + exit
                                    + ", torn checkpoints or snapshots: " + torn.size(),
                            "with " + LARGE_MEBIBYTES + " MiB and started again: exit code " + exitWithRoom),
                    log + trainer.log());
        } finally {
            command("umount", data.toString());
        }
    }

    private Scenario clockSetBack(FinalState reference) throws InterruptedException {
        String name = "the clock set back by " + SET_BACK.toMinutes() + " minutes, and a restart with that clock";
        Path data = directory.resolve("clock-set-back");
        create(data);
        Optional<SettableClock> installed = SettableClock.right(data.resolve("clock"));
        if (installed.isEmpty()) {
            return new Scenario(name, true, List.of("skipped: setting another process's clock needs libfaketime"));
        }
        SettableClock clock = installed.get();
        try (TrainerProcess trainer = testbed.trainer(data, settings, clock)) {
            startAndTrain(trainer);
            long before = trainer.files().listedStep();
            clock.set(SET_BACK.negated());
            await(() -> trainer.files().listedStep() >= before + SOME_STEPS, trainer.process());
            long after = trainer.files().listedStep();
            trainer.process().kill();
            String log = trainer.log();
            trainer.start();
            int exit = end(trainer);
            return scenario(
                    name,
                    after >= before + SOME_STEPS && exit == 0,
                    trainer,
                    reference,
                    List.of(
                            "set back at step " + before + ", killed at step " + after
                                    + ", started again with exit code " + exit,
                            "the log's first time is " + firstTime(log) + ", after the restart "
                                    + firstTime(trainer.log())),
                    log + trainer.log());
        }
    }

    private static String firstTime(String log) {
        return log.lines()
                .map(TIME::matcher)
                .filter(Matcher::lookingAt)
                .map(Matcher::group)
                .map(String::strip)
                .findFirst()
                .orElse("missing");
    }

    private Scenario twoAtOnce(FinalState reference) throws InterruptedException {
        Path data = directory.resolve("two-at-once");
        try (TrainerProcess first = testbed.trainer(data, settings);
                TrainerProcess second = testbed.trainer(data, settings)) {
            startAndTrain(first);
            second.start();
            int refused = end(second);
            int exit = end(first);
            return scenario(
                    "two trainers at once on one data directory",
                    refused != 0 && exit == 0,
                    first,
                    reference,
                    List.of("exit code of the second " + refused + ", of the first " + exit),
                    second.log());
        }
    }

    private Scenario suspended(FinalState reference) throws InterruptedException {
        Path data = directory.resolve("suspended");
        try (TrainerProcess first = testbed.trainer(data, settings);
                TrainerProcess second = testbed.trainer(data, settings)) {
            startAndTrain(first);
            first.process().signal("STOP");
            second.start();
            int refused = end(second);
            pause(away);
            first.process().signal("CONT");
            int exit = end(first);
            return scenario(
                    "a trainer suspended for " + away.toSeconds() + " s, another started meanwhile",
                    refused != 0 && exit == 0,
                    first,
                    reference,
                    List.of("exit code of the second " + refused + ", of the first, resumed, " + exit),
                    first.log());
        }
    }

    /** A network file system drops the lock of a client that does not answer, as if the lock file were deleted. */
    private Scenario overtaken(FinalState reference) throws InterruptedException {
        Path data = directory.resolve("overtaken");
        try (TrainerProcess first = testbed.trainer(data, settings);
                TrainerProcess second = testbed.trainer(data, settings)) {
            startAndTrain(first);
            first.process().signal("STOP");
            delete(TrainerSettings.directory(data).resolve("lock"));
            second.start();
            int exit = end(second);
            first.process().signal("CONT");
            int fenced = end(first);
            return scenario(
                    "a trainer suspended and its lock lost, another ran to the end meanwhile",
                    exit == 0 && fenced != 0,
                    second,
                    reference,
                    List.of("exit code of the second " + exit + ", of the first, resumed, " + fenced),
                    first.log());
        }
    }

    private Scenario scenario(
            String name,
            boolean held,
            TrainerProcess trainer,
            FinalState reference,
            List<String> happened,
            String log) {
        FinalState end = FinalState.of(trainer.files(), testbed.contents());
        boolean same = end.weights().equals(reference.weights())
                && end.optimizer().equals(reference.optimizer())
                && end.steps().equals(reference.steps())
                && end.counts().clean();
        List<String> findings = new ArrayList<>(happened);
        findings.add("weights, optimizer and steps " + (same ? "are those" : "are NOT those")
                + " of the undisturbed trainer; torn: " + trainer.files().torn().size());
        findings.addAll(warnings(log));
        return new Scenario(name, held && same && trainer.files().torn().isEmpty(), findings);
    }

    /** What a user sees: warnings, errors, and the message that a command ends with. */
    private static List<String> warnings(String log) {
        return log.lines()
                .filter(line -> line.contains(" WARN ")
                        || line.contains(" ERROR ")
                        || line.startsWith("stillstream:")
                        || line.startsWith("error"))
                .filter(line -> !line.contains("NetworkClient") || line.contains("ERROR"))
                .map(line -> TIME.matcher(line).replaceFirst(""))
                .distinct()
                .limit(MOST_LINES)
                .map(line -> line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " …" : line)
                .toList();
    }

    private void startAndTrain(TrainerProcess trainer) {
        trainer.start();
        await(() -> trainer.files().listedStep() >= SOME_STEPS, trainer.process());
    }

    /** Waits for its exit code; kills it when it does not end. */
    private int end(TrainerProcess trainer) throws InterruptedException {
        await(() -> false, trainer.process());
        if (trainer.process().isAlive()) {
            trainer.process().kill();
        }
        return trainer.process().exitValue();
    }

    private void await(BooleanSupplier condition, StageProcess process) {
        long began = System.nanoTime();
        while (!interruption.requested()
                && process.isAlive()
                && !condition.getAsBoolean()
                && System.nanoTime() - began < PATIENCE.toNanos()) {
            interruption.await(POLL);
        }
    }

    private void pause(Duration duration) {
        interruption.await(duration);
    }

    private static int mount(String options, Path directory) throws InterruptedException {
        return options.startsWith("remount")
                ? command("mount", "-o", options, directory.toString())
                : command("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString());
    }

    private static int command(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private static void create(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new PipelineException("the directory " + directory + " cannot be made: " + e, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new PipelineException(file + " cannot be deleted: " + e, e);
        }
    }
}
