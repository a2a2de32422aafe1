package io.stillstream.pipeline.demo;

import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/** The settings that suit two minutes on a laptop, from {@code demo.yaml}; a user's own still go over them. */
public final class DemoConfig {

    private DemoConfig() {}

    /**
     * @param directory where everything is written
     * @param models the teacher, student and traffic
     */
    public static StillstreamConfig of(Path directory, BundledModels models) {
        StillstreamConfig defaults = StillstreamConfig.defaults();
        Map<String, String> places = Map.of(
                "data-directory", directory.toString(),
                "console.token", UUID.randomUUID().toString(),
                "monitoring.port", Integer.toString(freePort(defaults.monitoring())),
                "traffic.source", models.prompts().toString(),
                "teacher.directory", models.teacher().toString(),
                "trainer.student", models.student().toString());
        return new ConfigLoader(Map.of()).load(defaults, models.settings(), places);
    }

    /** The demo with a proxy in front of that upstream. */
    public static StillstreamConfig before(StillstreamConfig demo, DemoUpstream upstream) {
        Map<String, String> proxy =
                Map.of("proxy.port", "0", "proxy.upstreams.demo.url", upstream.url(), "serving.port", "0");
        return new ConfigLoader(Map.of()).load(demo, null, proxy);
    }

    /** The usual port where it is free, so that a Prometheus finds it; 0, for any other, where it is not. */
    private static int freePort(MonitoringConfig usual) {
        try (ServerSocket probe = new ServerSocket(usual.port(), 1, InetAddress.getByName(usual.host()))) {
            return probe.getLocalPort();
        } catch (IOException taken) {
            return 0;
        }
    }
}
