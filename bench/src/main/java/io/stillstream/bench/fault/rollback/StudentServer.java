package io.stillstream.bench.fault.rollback;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code stillstream serve} in a process of its own. */
final class StudentServer implements AutoCloseable {

    private static final long LOOK_MILLIS = 50;
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);

    private final HttpClient client;
    private final String follow;
    private final int port;
    private final StageProcess process;

    /**
     * @param follow what it serves: {@code champion} or {@code canary}
     * @param data where the trainer's directory is
     */
    StudentServer(HttpClient client, String follow, int port, String servers, Path data, Path log) {
        this.client = client;
        this.follow = follow;
        this.port = port;
        List<String> command = new ArrayList<>(List.of(Stillstream.class.getName(), "serve", "--follow", follow));
        command.addAll(List.of("--port", Integer.toString(port), "--bootstrap-servers", servers));
        command.addAll(List.of("--data", data.toString()));
        command.addAll(
                StageProcess.options(Map.of("monitoring.enabled", "false")).toList());
        process = new StageProcess(command, Map.of(), log).with(List.of("-Xms128m", "-Xmx256m"), Map.of());
        process.start();
    }

    /** The base URL of its API. */
    String url() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    /** Waits until it serves that snapshot, or with an empty id until it answers at all. */
    void await(String snapshot) throws InterruptedException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!models().contains(snapshot.isEmpty() ? "\"data\"" : snapshot)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new PipelineException("the server that follows the " + follow + " does not serve '" + snapshot
                        + "'; its log ends with " + process.log().lines().reduce((first, last) -> last));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private String models() throws InterruptedException {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create(url() + "/models"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        }
    }

    void kill() throws InterruptedException {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
