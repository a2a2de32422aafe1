package io.stillstream.bench.redaction;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.FreePorts;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.Topics;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.KafkaConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Sends private values through {@code produce} and through {@code proxy}, half of those while the broker hangs so that they wait in
 * the spool, and looks for them in everything that was written: Kafka's records, its files, data directories, the spool, logs and
 * {@code /metrics}.
 *
 * @param values how many are planted, half in a file and half in calls
 * @param directory for the broker, the stages and their logs
 */
public record Canaries(int values, long seed, Path directory) {

    /** The place where all of them must be found, or the search would prove nothing. */
    public static final String CONTROL = "the traffic itself";

    /** What callers authenticate with, and what nobody may write either. */
    private static final String CALLER_KEY = "sk-canary-8fJq2LmXz71Kd0VbTn4Rw9";

    private static final String SPOOL = "spool, while Kafka is away";
    private static final int SPOOL_BYTES = 256 << 20;
    private static final String METRICS = "/metrics";
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(90);
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(5);
    private static final Duration CALL_WITHIN = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(300);
    /** So many looks without another record: all have come. */
    private static final int STILL = 10;

    /**
     * What was found in one place.
     *
     * @param bytes that were looked through
     * @param found values that stand there; only the control may have some
     */
    public record Place(String name, long bytes, int found, List<String> examples) {}

    /**
     * @param planted lines of values that were looked for
     * @param prompts records on Kafka
     */
    public record Report(int planted, int prompts, int deadLetters, List<Place> places) {

        /** Whether everything went its way and nothing was found. */
        public boolean clean() {
            return prompts > 0
                    && deadLetters > 0
                    && places.stream()
                            .allMatch(place -> place.bytes() > 0
                                    && place.found() == (place.name().equals(CONTROL) ? planted : 0));
        }
    }

    public Report run(Consumer<String> progress) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        List<PlantedCall> calls = calls();
        List<PlantedValue> planted =
                new ArrayList<>(calls.stream().map(PlantedCall::value).toList());
        planted.add(new PlantedValue("secret", "a caller's key", CALLER_KEY, ""));
        var search = new CanarySearch(planted);
        search.inBytes(CONTROL, CALLER_KEY.getBytes(StandardCharsets.UTF_8));
        for (PlantedCall call : calls) {
            search.inBytes(CONTROL, call.line().getBytes(StandardCharsets.UTF_8));
            search.inBytes(CONTROL, call.value().text().getBytes(StandardCharsets.UTF_8));
        }
        int port = FreePorts.find(1).get(0);
        Map<String, Object> kafka = KafkaConfig.defaults().clientProperties("127.0.0.1:" + port);
        try (StageProcess broker = stage("broker", "--port", Integer.toString(port))) {
            broker.start();
            new TopicCreator(kafka, STARTS_WITHIN).create(Topics.defaults(), 1, 1);
            progress.accept("a file through produce");
            produce(calls.subList(0, calls.size() / 2), port, search);
            proxy(calls.subList(calls.size() / 2, calls.size()), port, kafka, broker, search, progress);
            progress.accept("looking through what was written");
            int prompts = inRecords("records of prompts", Topics.defaults().prompts(), kafka, search);
            int letters = inRecords("records of dead-letters", Topics.defaults().deadLetters(), kafka, search);
            for (String stage : List.of("broker", "produce", "proxy")) {
                search.inFiles("files of " + stage, directory.resolve(stage));
                search.inBytes("log of " + stage, Files.readAllBytes(directory.resolve(stage + ".log")));
            }
            return new Report(search.size(), prompts, letters, places(search));
        }
    }

    private static List<Place> places(CanarySearch search) {
        return search.places().stream()
                .map(place -> new Place(
                        place,
                        search.bytes(place),
                        search.found(place).size(),
                        search.found(place).stream().limit(3).toList()))
                .toList();
    }

    private List<PlantedCall> calls() {
        var made = new PlantedValues(new Random(seed));
        var chats = new PlantedChats(new Random(seed + 1));
        List<PlantedCall> calls = new ArrayList<>();
        for (int i = 0; i < values; i++) {
            PlantedValue value = made.next();
            calls.add(PlantedCall.of(i, value, chats.around(value, i)));
        }
        return calls;
    }

    private void produce(List<PlantedCall> calls, int port, CanarySearch search)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("stillstream-canaries-", ".jsonl");
        try {
            Files.write(file, calls.stream().map(PlantedCall::line).toList());
            int metrics = FreePorts.find(1).get(0);
            try (StageProcess produce = stage(
                    "produce",
                    "--prompts",
                    file.toString(),
                    "--bootstrap-servers",
                    "127.0.0.1:" + port,
                    "--metrics-port",
                    Integer.toString(metrics))) {
                produce.start();
                while (!produce.await(LOOK)) {
                    search.inBytes(METRICS, page(metrics));
                }
                if (produce.failed() && produce.exitValue() != 0) {
                    throw new PipelineException("produce failed; its log is in " + directory);
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    private void proxy(
            List<PlantedCall> calls,
            int port,
            Map<String, Object> kafka,
            StageProcess broker,
            CanarySearch search,
            Consumer<String> progress)
            throws IOException, InterruptedException {
        Map<Integer, PlantedCall> byNumber = new LinkedHashMap<>();
        calls.forEach(call -> byNumber.put(call.number(), call));
        List<Integer> ports = FreePorts.find(2);
        int proxyPort = ports.get(0);
        int metrics = ports.get(1);
        try (PlantedUpstream upstream = new PlantedUpstream(byNumber);
                StageProcess proxy = stage(
                        "proxy",
                        "--upstream",
                        upstream.address(),
                        "--port",
                        Integer.toString(proxyPort),
                        "--bootstrap-servers",
                        "127.0.0.1:" + port,
                        "--metrics-port",
                        Integer.toString(metrics),
                        "--set",
                        "capture.spool.max-bytes=" + SPOOL_BYTES)) {
            proxy.start();
            await("the proxy did not start", () -> {
                if (!proxy.isAlive()) {
                    throw new PipelineException("the proxy ended at its start; its log is in " + directory);
                }
                return page(metrics).length > 0;
            });
            progress.accept("calls through the proxy");
            int before = records(kafka);
            call(calls.subList(0, calls.size() / 2), proxyPort);
            await("no call was captured", () -> records(kafka) > before);
            broker.signal("STOP");
            progress.accept("calls while the broker hangs");
            call(calls.subList(calls.size() / 2, calls.size()), proxyPort);
            await("nothing was spooled", () -> size(directory.resolve("proxy")) > values);
            search.inFiles(SPOOL, directory.resolve("proxy"));
            search.inBytes(METRICS, page(metrics));
            broker.signal("CONT");
            awaitStill(kafka);
            search.inBytes(METRICS, page(metrics));
            proxy.stop(ENDS_WITHIN);
        }
    }

    private static void call(List<PlantedCall> calls, int port) throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        for (PlantedCall call : calls) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                    .timeout(CALL_WITHIN)
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer " + CALLER_KEY)
                    .header(PlantedUpstream.NUMBER, Integer.toString(call.number()))
                    .POST(HttpRequest.BodyPublishers.ofString(call.request()))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200 || !response.body().equals(call.answer())) {
                throw new PipelineException("a call was not answered with its own answer: " + response.statusCode());
            }
        }
    }

    /** Key, value and headers of each record, decompressed. */
    private static int inRecords(String place, String topic, Map<String, Object> kafka, CanarySearch search) {
        var count = new AtomicInteger();
        try (var reader = new TopicReader(kafka)) {
            reader.read(topic, null, record -> {
                count.incrementAndGet();
                Stream.concat(
                                Stream.of(record.key(), record.value()),
                                Stream.of(record.headers().toArray()).map(header -> header.value()))
                        .filter(bytes -> bytes != null)
                        .forEach(bytes -> search.inBytes(place, bytes));
            });
        }
        return count.get();
    }

    private static int records(Map<String, Object> kafka) {
        var count = new AtomicInteger();
        try (var reader = new TopicReader(kafka)) {
            reader.read(Topics.defaults().prompts(), null, record -> count.incrementAndGet());
        }
        return count.get();
    }

    private static void awaitStill(Map<String, Object> kafka) throws InterruptedException {
        int last = -1;
        for (int still = 0; still < STILL; ) {
            int now = records(kafka);
            still = now == last ? still + 1 : 0;
            last = now;
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** A condition that may not be there to look at yet. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private void await(String otherwise, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new PipelineException(otherwise + "; its log is in " + directory);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    /** Empty while nobody listens. */
    private static byte[] page(int port) throws InterruptedException {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        } catch (IOException e) {
            return new byte[0];
        }
    }

    /** A command with a data directory and a log of its own. */
    private StageProcess stage(String name, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Stillstream.class.getName(),
                name,
                "--data",
                directory.resolve(name).toString()));
        command.addAll(List.of(options));
        return new StageProcess(command, Map.of(), directory.resolve(name + ".log"));
    }
}
