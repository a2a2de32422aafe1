package io.stillstream.monitoring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmHeapPressureMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.monitoring.http.HttpHandler;
import io.stillstream.monitoring.serving.OnPolicyMeters;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.monitoring.traffic.OutcomeMeters;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.monitoring.traffic.RedactionMeters;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's meters, health and endpoint: started once before its stages, closed after them.
 *
 * <p>Every series carries {@code application} and {@code stage}. A meter that belongs to no stage (memory, threads) has
 * the stage of the process; a stage's own meters have the stage's, also where one process hosts them all.
 */
public final class Telemetry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Health health = new Health();
    private final List<MeterBinding> bindings = new CopyOnWriteArrayList<>();
    private final Clock clock;
    private @Nullable TrainerMeters trainer;
    private final @Nullable TelemetryEndpoint endpoint;

    private Telemetry(MonitoringConfig config, Stage process, Clock clock) {
        this.clock = clock;
        registry.config()
                .meterFilter(new PrintableTags())
                .commonTags("application", "stillstream", Stage.TAG, process.label());
        bindProcess();
        endpoint = config.enabled() ? TelemetryEndpoint.start(config, registry, health) : null;
        address().ifPresent(address -> LOG.info("metrics at {}/metrics, health at {}/health/ready", address, address));
    }

    /**
     * @param process the stage that this process runs, or {@link Stage#PIPELINE} when it runs several
     * @throws MonitoringException when the endpoint's port cannot be had
     */
    public static Telemetry start(MonitoringConfig config, Stage process) {
        return new Telemetry(config, process, Clock.systemUTC());
    }

    static Telemetry start(MonitoringConfig config, Stage process, Clock clock) {
        return new Telemetry(config, process, clock);
    }

    public ProducerMeters producer() {
        return new ProducerMeters(registry);
    }

    public ProxyMeters proxy() {
        return new ProxyMeters(registry);
    }

    public OutcomeMeters outcomes() {
        return new OutcomeMeters(registry);
    }

    /** @param detectors what redaction looks for */
    public RedactionMeters redaction(List<String> detectors) {
        return new RedactionMeters(registry, detectors);
    }

    public CaptureMeters capture() {
        return new CaptureMeters(registry, clock);
    }

    public ScorerMeters scorer() {
        return new ScorerMeters(registry, clock);
    }

    /** The same each time: a second one would set gauges of which the registry has the first one's. */
    public synchronized TrainerMeters trainer() {
        if (trainer == null) {
            trainer = new TrainerMeters(registry, clock);
        }
        return trainer;
    }

    /** @param follow what the server follows: a process may have one for the champion and one for the canary */
    public ServingMeters serving(String follow) {
        return new ServingMeters(registry, clock, follow);
    }

    /** @param follow as {@link #serving}'s */
    public OnPolicyMeters onPolicy(String follow) {
        return new OnPolicyMeters(registry, follow);
    }

    public Health health() {
        return health;
    }

    public MeterRegistry registry() {
        return registry;
    }

    /** How far the stages of this process have come, for a terminal line or a report. */
    public Progress progress() {
        return Progress.read(registry);
    }

    /** Where the endpoint listens, as {@code http://127.0.0.1:9464}; empty when monitoring serves nothing. */
    public Optional<URI> address() {
        return Optional.ofNullable(endpoint).map(TelemetryEndpoint::address);
    }

    /**
     * Has something else answer beside the metrics and the health, until it is closed.
     *
     * @param path of one segment, such as {@code /console}; all below it goes to the handler too
     * @return its address; empty where nothing is served
     */
    public Optional<URI> serve(String path, HttpHandler handler) {
        if (endpoint == null) {
            return Optional.empty();
        }
        endpoint.serve(path, handler);
        return Optional.of(endpoint.address().resolve(path));
    }

    /** Ends what {@link #serve} began. */
    public void stopServing(String path) {
        if (endpoint != null) {
            endpoint.stopServing(path);
        }
    }

    public MeterBinding bindKafka(Stage stage, Producer<?, ?> producer) {
        return bind(new KafkaClientMetrics(producer, stage.tags()));
    }

    public MeterBinding bindKafka(Stage stage, Consumer<?, ?> consumer) {
        return bind(new KafkaClientMetrics(consumer, stage.tags()));
    }

    public MeterBinding bindKafka(Stage stage, AdminClient admin) {
        return bind(new KafkaClientMetrics(admin, stage.tags()));
    }

    /**
     * Adds the meters of a library, {@code new KafkaStreamsMetrics(streams, Tags.of("stage", stage.label()))} for one,
     * until the binding or this telemetry is closed.
     */
    public MeterBinding bind(MeterBinder meters) {
        meters.bindTo(registry);
        var binding = new MeterBinding(meters);
        bindings.add(binding);
        return binding;
    }

    @Override
    public void close() {
        if (endpoint != null) {
            endpoint.close();
        }
        bindings.forEach(MeterBinding::close);
        registry.close();
    }

    private void bindProcess() {
        bind(new JvmMemoryMetrics());
        bind(new JvmGcMetrics());
        bind(new JvmHeapPressureMetrics());
        bind(new JvmThreadMetrics());
        bind(new ClassLoaderMetrics());
        bind(new ProcessorMetrics());
        bind(new UptimeMetrics());
        bind(new FileDescriptorMetrics());
        bind(new ProcessMemoryMeters());
    }
}
