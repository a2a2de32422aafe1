package io.stillstream.bench.fault.proxy;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.FreePorts;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.Topics;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.KafkaConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stops a broker with SIGSTOP while calls go through a proxy, and counts what callers notice and what becomes of their calls:
 * each must be on {@code prompts} once, or counted with the reason why it is not. Then counts calls beside records while all
 * is well, and measures how soon an upstream's connection is closed when its caller has gone.
 */
public final class ProxyChaos {

    private static final Duration STARTS_WITHIN = Duration.ofSeconds(90);
    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Pattern CAPTURED =
            Pattern.compile("(?m)^stillstream_captured_prompts_total\\{[^}]*\\} (\\S+)");
    private static final Pattern DROPPED =
            Pattern.compile("(?m)^stillstream_capture_dropped_total\\{[^}]*reason=\"([^\"]+)\"[^}]*\\} (\\S+)");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
    private static final Pattern ID = Pattern.compile("This answers (call-\\d+)|word0 of (call-\\d+) ");

    private final ProxyChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Topics topics = Topics.defaults();
    private final int brokerPort;
    private final int proxyPort;
    private final int metricsPort;

    /** What became of calls, as the proxy counts them. */
    private record Counts(long captured, Map<String, Long> dropped) {

        long all() {
            return captured
                    + dropped.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    public ProxyChaos(ProxyChaosOptions options, Interruption interruption, PrintStream out) throws IOException {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        List<Integer> ports = FreePorts.find(3);
        brokerPort = ports.get(0);
        proxyPort = ports.get(1);
        metricsPort = ports.get(2);
    }

    public ProxyChaosReport run() throws IOException, InterruptedException {
        Path directory = Files.createDirectories(options.directory());
        try (RawUpstream upstream = new RawUpstream();
                StageProcess broker = broker(directory);
                StageProcess proxy = proxy(directory, upstream)) {
            broker.start();
            Map<String, Object> kafka = KafkaConfig.defaults().clientProperties("127.0.0.1:" + brokerPort);
            new TopicCreator(kafka, STARTS_WITHIN).create(topics, 1, 1);
            proxy.start();
            var load = new CallLoad("http://127.0.0.1:" + proxyPort);
            await(
                    STARTS_WITHIN,
                    "the proxy did not start; its log is in " + directory,
                    () -> metrics().contains("stillstream") && load.all(1).failed() == 0);
            CallLoad.Answers warm = load.steady(options.rate(), WARM_UP);
            CallLoad.Answers quiet = phase("quiet", load);
            broker.signal("STOP");
            CallLoad.Answers hung = phase("broker hangs", load);
            broker.signal("CONT");
            CallLoad.Answers after = phase("broker is back", load);
            long calls = 1L + warm.calls() + quiet.calls() + hung.calls() + after.calls();
            settle(calls);
            Counts withFault = counts();
            CallLoad.Answers counted = load.all(options.exchanges());
            settle(calls + counted.calls());
            Counts all = counts();
            List<Double> closed = new LeavingCallers(proxyPort, upstream).leave(options.aborts());
            long peak = peakBytes(proxy);
            proxy.stop(STOP);
            Map<String, Integer> records = records(kafka);
            return new ProxyChaosReport(
                    quiet,
                    hung,
                    after,
                    calls,
                    withFault.captured(),
                    withFault.dropped(),
                    counted.calls(),
                    counted.failed(),
                    all.captured() - withFault.captured(),
                    all.captured(),
                    records.size(),
                    records.values().stream().mapToInt(times -> times - 1).sum(),
                    closed.stream().mapToDouble(Double::doubleValue).sorted().toArray(),
                    peak);
        }
    }

    private CallLoad.Answers phase(String name, CallLoad load) {
        CallLoad.Answers answers =
                load.steady(options.rate(), interruption.requested() ? Duration.ZERO : options.away());
        out.printf(
                Locale.ROOT,
                "%-16s %,6d calls, %d failed, p50 %.2f ms, p99 %.2f ms%n",
                name,
                answers.calls(),
                answers.failed(),
                answers.percentile(0.5),
                answers.percentile(0.99));
        return answers;
    }

    /** Waits until the proxy has counted all of so many calls. */
    private void settle(long calls) throws InterruptedException {
        await(SETTLES_WITHIN, "", () -> counts().all() >= calls);
    }

    private Counts counts() throws IOException, InterruptedException {
        String text = metrics();
        long captured = 0;
        for (Matcher matcher = CAPTURED.matcher(text); matcher.find(); ) {
            captured += (long) Double.parseDouble(matcher.group(1));
        }
        Map<String, Long> dropped = new TreeMap<>();
        for (Matcher matcher = DROPPED.matcher(text); matcher.find(); ) {
            long calls = (long) Double.parseDouble(matcher.group(2));
            if (calls > 0) {
                dropped.merge(matcher.group(1), calls, Long::sum);
            }
        }
        return new Counts(captured, dropped);
    }

    private String metrics() throws IOException, InterruptedException {
        return CallLoad.get("http://127.0.0.1:" + metricsPort + "/metrics");
    }

    /** How often each call is on the topic. */
    private Map<String, Integer> records(Map<String, Object> kafka) {
        Map<String, Integer> records = new HashMap<>();
        try (var reader = new TopicReader(kafka)) {
            reader.read(topics.prompts(), null, record -> {
                Matcher matcher = ID.matcher(new String(record.value(), StandardCharsets.UTF_8));
                if (matcher.find()) {
                    records.merge(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), 1, Integer::sum);
                }
            });
        }
        return records;
    }

    private StageProcess broker(Path directory) {
        return new StageProcess(
                List.of(
                        Stillstream.class.getName(),
                        "broker",
                        "--data",
                        directory.resolve("broker").toString(),
                        "--port",
                        Integer.toString(brokerPort)),
                Map.of(),
                directory.resolve("broker.log"));
    }

    private StageProcess proxy(Path directory, RawUpstream upstream) {
        return new StageProcess(
                List.of(
                        Stillstream.class.getName(),
                        "proxy",
                        "--upstream",
                        upstream.address(),
                        "--port",
                        Integer.toString(proxyPort),
                        "--bootstrap-servers",
                        "127.0.0.1:" + brokerPort,
                        "--metrics-port",
                        Integer.toString(metricsPort),
                        "--data",
                        directory.resolve("proxy").toString()),
                Map.of(),
                directory.resolve("proxy.log"));
    }

    private static void await(Duration atMost, String otherwise, Callable<Boolean> condition)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() > deadline) {
                if (otherwise.isEmpty()) {
                    // What is missing is a figure of the report.
                    return;
                }
                throw new PipelineException(otherwise);
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    private static boolean holds(Callable<Boolean> condition) throws InterruptedException {
        try {
            return condition.call();
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new PipelineException("a condition could not be looked at: " + e, e);
        }
    }

    private static long peakBytes(StageProcess process) throws IOException {
        Matcher matcher = PEAK.matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
        return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : 0;
    }
}
