package io.stillstream.bench.proxy;

import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.capture.call.CallSink;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.FeedbackAnswer;
import io.stillstream.producer.proxy.ProxyServer;
import io.stillstream.producer.proxy.call.FeedbackSink;
import io.stillstream.statistics.Medians;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Measures the ways to an upstream in turn: none, nginx and the proxy, which copies each call and gives it to a capture that drops
 * it. The fake upstream, the callers and the proxy share this process, and all of it the machine.
 *
 * @param rounds how often each way is measured, after one round that is not counted; figures are the rounds' medians
 * @param time of each measurement
 */
public record ProxyBench(int rounds, Duration time, int callsPerSecond, int streams, int piecesPerSecond) {

    private static final int CALLERS = 16;
    private static final int SATURATING_CALLERS = 32;
    private static final double NANOS_PER_MILLISECOND = 1e6;

    private static final CallSink COPIED_AND_DROPPED = new CallSink() {
        @Override
        public boolean wants(String path, Map<String, String> headers) {
            return true;
        }

        @Override
        public void offer(CapturedCall call) {}
    };

    private static final FeedbackSink NO_FEEDBACK = (json, headers, caller) -> new FeedbackAnswer(404, "{}");

    /** @param progress told what is measured, and what is left out */
    public List<ProxyFigures> run(Path directory, Consumer<String> progress) {
        try (FakeUpstream upstream = FakeUpstream.start(Duration.ofSeconds(1).dividedBy(piecesPerSecond));
                Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PROXY);
                ProxyServer proxy = proxy(upstream, telemetry)) {
            Map<String, Integer> ports = new LinkedHashMap<>();
            ports.put("direct", upstream.port());
            var nginx = NginxProcess.start(directory, upstream.port());
            nginx.ifPresentOrElse(
                    process -> ports.put("nginx", process.port()),
                    () -> progress.accept("nginx is not installed here, and is left out"));
            ports.put("stillstream", proxy.address().getPort());
            try {
                return measure(ports, progress);
            } finally {
                nginx.ifPresent(NginxProcess::close);
            }
        }
    }

    private static ProxyServer proxy(FakeUpstream upstream, Telemetry telemetry) {
        StillstreamConfig config = new ConfigLoader(Map.of())
                .load(
                        StillstreamConfig.defaults(),
                        null,
                        Map.of("proxy.port", "0", "proxy.upstreams.fake.url", "http://127.0.0.1:" + upstream.port()));
        return ProxyServer.start(config.proxy(), config.capture(), COPIED_AND_DROPPED, NO_FEEDBACK, telemetry.proxy());
    }

    private List<ProxyFigures> measure(Map<String, Integer> ports, Consumer<String> progress) {
        Map<String, List<ProxyFigures>> measured = new LinkedHashMap<>();
        List<Map.Entry<String, Integer>> order = new ArrayList<>(ports.entrySet());
        var random = new Random(0);
        for (int round = 0; round <= rounds; round++) {
            progress.accept(round == 0 ? "warming up" : "round " + round + " of " + rounds);
            for (Map.Entry<String, Integer> way : order) {
                ProxyFigures figures = measure(way.getKey(), new Load(way.getValue()));
                if (round > 0) {
                    measured.computeIfAbsent(way.getKey(), unused -> new ArrayList<>())
                            .add(figures);
                }
            }
            Collections.shuffle(order, random);
        }
        return ports.keySet().stream()
                .map(way -> medians(way, measured.getOrDefault(way, List.of())))
                .toList();
    }

    private ProxyFigures measure(String way, Load load) {
        long[] calls = load.atRate(callsPerSecond, CALLERS, time);
        long[] pieces = load.streams(streams, (int) (piecesPerSecond * time.toMillis() / 1000));
        double saturated = load.saturated(SATURATING_CALLERS, time);
        return new ProxyFigures(
                way,
                milliseconds(calls, 0.5),
                milliseconds(calls, 0.99),
                milliseconds(pieces, 0.5),
                milliseconds(pieces, 0.99),
                saturated);
    }

    private static double milliseconds(long[] sorted, double share) {
        return sorted[(int) (share * (sorted.length - 1))] / NANOS_PER_MILLISECOND;
    }

    private static ProxyFigures medians(String way, List<ProxyFigures> rounds) {
        return new ProxyFigures(
                way,
                median(rounds, ProxyFigures::callP50),
                median(rounds, ProxyFigures::callP99),
                median(rounds, ProxyFigures::pieceP50),
                median(rounds, ProxyFigures::pieceP99),
                median(rounds, ProxyFigures::callsPerSecond));
    }

    private static double median(List<ProxyFigures> rounds, ToDoubleFunction<ProxyFigures> figure) {
        return Medians.of(rounds.stream().mapToDouble(figure).toArray());
    }
}
