package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.command.CommandRunner;
import io.stillstream.pipeline.command.ErrorMessages;
import io.stillstream.pipeline.command.rollout.RolloutCommand;
import io.stillstream.pipeline.command.topic.DeadLettersCommand;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import io.stillstream.pipeline.gate.GateRun;
import io.stillstream.pipeline.production.ControllerStage;
import io.stillstream.pipeline.run.AccessTable.Right;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.ScorerStage;
import io.stillstream.serving.http.ServingStage;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.report.TrainingReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Commands on a cluster that allows each user what the table in {@code docs/operations.md} says, and what they say without it. */
@Tag("heavy")
@Timeout(1200)
final class AclIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PROMPTS = 40;
    private static final String LACKS = "the user of these Kafka properties lacks ";

    private static final String PRODUCE = "`produce`";
    private static final String PROXY = "`proxy`";
    private static final String SCORE = "`score`";
    private static final String TRAIN = "`train`";
    private static final String ANSWER = "`serve --answer-prompts`";
    private static final String CONTROLLER = "`rollout controller`";
    private static final String STATUS = "`rollout status`, `history`";
    private static final String START = "`rollout start`";
    private static final String PROMOTE = "`rollout promote`, `pause`, `resume`, `abort`, `rollback`";
    private static final String GATE = "`gate`";
    private static final String LETTERS = "`dead-letters`";
    private static final String REPLAY = "`dead-letters --replay`";

    @TempDir
    private static Path directory;

    /** A user that has a row's rights but one. */
    private record Lacking(String command, AclOperation operation, ResourceType type, String name) {

        private boolean is(Right right) {
            return right.operation() == operation
                    && right.type() == type
                    && right.name().equals(name);
        }

        private String user() {
            return slug(command + " without " + operation + " " + type + " " + name);
        }
    }

    private static final List<Lacking> ALL_LACKING = new ArrayList<>();

    private static final Lacking PRODUCE_PROMPTS = lacking(PRODUCE, AclOperation.WRITE, ResourceType.TOPIC, "prompts");
    private static final Lacking PRODUCE_POSITIONS =
            lacking(PRODUCE, AclOperation.READ, ResourceType.TOPIC, "producer-positions");
    private static final Lacking PRODUCE_ID =
            lacking(PRODUCE, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, "stillstream-producer-");
    private static final Lacking PROXY_PROMPTS = lacking(PROXY, AclOperation.WRITE, ResourceType.TOPIC, "prompts");
    private static final Lacking SCORE_CHANGELOG =
            lacking(SCORE, AclOperation.CREATE, ResourceType.TOPIC, "teacher-scorer-buffer-changelog");
    private static final Lacking SCORE_GROUP = lacking(SCORE, AclOperation.READ, ResourceType.GROUP, "teacher-scorer");
    private static final Lacking SCORE_ID =
            lacking(SCORE, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, "teacher-scorer-");
    private static final Lacking SCORE_TARGETS =
            lacking(SCORE, AclOperation.WRITE, ResourceType.TOPIC, "teacher-targets");
    private static final Lacking SCORE_PROMPTS = lacking(SCORE, AclOperation.READ, ResourceType.TOPIC, "prompts");
    private static final Lacking TRAIN_TARGETS =
            lacking(TRAIN, AclOperation.READ, ResourceType.TOPIC, "teacher-targets");
    private static final Lacking TRAIN_GROUP =
            lacking(TRAIN, AclOperation.READ, ResourceType.GROUP, "stillstream-student-trainer-letters-");
    private static final Lacking TRAIN_ID =
            lacking(TRAIN, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, "stillstream-student-trainer-");
    private static final Lacking TRAIN_ORDERS =
            lacking(TRAIN, AclOperation.READ, ResourceType.TOPIC, "student-training-control");
    private static final Lacking TRAIN_SNAPSHOTS =
            lacking(TRAIN, AclOperation.WRITE, ResourceType.TOPIC, "student-snapshots");
    private static final Lacking ANSWER_GROUP =
            lacking(ANSWER, AclOperation.READ, ResourceType.GROUP, "answer-prompts");
    private static final Lacking CONTROLLER_ID = lacking(
            CONTROLLER,
            AclOperation.WRITE,
            ResourceType.TRANSACTIONAL_ID,
            "stillstream-rollout-controller-student-rollout");
    private static final Lacking CONTROLLER_INPUTS =
            lacking(CONTROLLER, AclOperation.READ, ResourceType.TOPIC, "rollout-inputs");
    private static final Lacking STATUS_STATE =
            lacking(STATUS, AclOperation.READ, ResourceType.TOPIC, "student-rollout");
    private static final Lacking PROMOTE_INPUTS =
            lacking(PROMOTE, AclOperation.WRITE, ResourceType.TOPIC, "rollout-inputs");
    private static final Lacking LETTERS_READ = lacking(LETTERS, AclOperation.READ, ResourceType.TOPIC, "dead-letters");
    private static final Lacking REPLAY_ID =
            lacking(REPLAY, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, "stillstream-replay-dead-letters");

    private static SecuredBroker broker;
    private static BundledModels models;
    private static Path traffic;
    private static Teacher teacher;

    private static Lacking lacking(String command, AclOperation operation, ResourceType type, String name) {
        var lacking = new Lacking(command, operation, type, name);
        ALL_LACKING.add(lacking);
        return lacking;
    }

    private static String slug(String command) {
        return command.replaceAll("[^A-Za-z]+", "-").replaceAll("^-|-$", "");
    }

    @BeforeAll
    static void start() throws Exception {
        AccessTable table = AccessTable.read();
        Map<String, Set<Right>> users = new LinkedHashMap<>();
        table.commands().forEach(command -> users.put(slug(command), table.of(command)));
        for (Lacking lacking : ALL_LACKING) {
            Set<Right> rest = new HashSet<>(table.of(lacking.command()));
            assertThat(rest.removeIf(lacking::is))
                    .as("%s is in the table", lacking)
                    .isTrue();
            users.put(lacking.user(), rest);
        }
        broker = SecuredBroker.start(directory.resolve("broker"), users.keySet());
        Map<String, Object> administration = Map.of("bootstrap.servers", broker.administration());
        new TopicCreator(administration, PATIENCE).create(TOPICS, 1, 1);
        try (Admin admin = Admin.create(administration)) {
            List<AclBinding> all = users.entrySet().stream()
                    .flatMap(user -> user.getValue().stream().map(right -> right.to(user.getKey())))
                    .toList();
            admin.createAcls(all).all().get();
            patiently("all rights are given")
                    .until(() -> Set.copyOf(admin.describeAcls(AclBindingFilter.ANY)
                                    .values()
                                    .get())
                            .equals(Set.copyOf(all)));
        }
        models = BundledModels.unpack(directory.resolve("models"));
        traffic = Files.write(
                directory.resolve("traffic.jsonl"),
                IntStream.rangeClosed(0, PROMPTS)
                        .mapToObj(line -> "{\"id\": \"story-" + Math.max(1, line)
                                + "\", \"prompt\": \"Tom and his " + Math.max(1, line)
                                + " dogs went out.\", \"response\": \" They ran to the park and found a ball.\"}")
                        .toList());
        teacher = new Stages(config("unused", "unused", Map.of()), "", telemetry(Stage.SCORER)).teacher();
    }

    @AfterAll
    static void stop() {
        teacher.close();
        broker.close();
    }

    @Test
    void commands_withTheirRowsRights_doTheirWork_andSayWhatTheyLackWithoutOne() throws Exception {
        producersAndProxy();
        scorers();
        String snapshot = trainers();
        rollouts(snapshot);
        servers();
        readers();
    }

    private static void producersAndProxy() throws Exception {
        deniedAt(PRODUCE_PROMPTS, AclIT::produce, "Write on the topic prompts");
        deniedAt(
                PRODUCE_ID,
                AclIT::produce,
                "Write on the transactional id stillstream-producer-" + traffic.toAbsolutePath());
        assertThat(produce(slug(PRODUCE))).isEqualTo(PROMPTS);
        // The one line whose id was there before.
        patiently("a dead letter").until(() -> count(TOPICS.deadLetters()) == 1);
        // Where no position is there yet, none is read.
        deniedAt(PRODUCE_POSITIONS, AclIT::produce, "Read on the topic producer-positions");

        try (AnsweringApi upstream = new AnsweringApi(Duration.ZERO)) {
            try (Printed printed = new Printed();
                    ProxyStage proxy = proxy(PROXY_PROMPTS.user(), upstream)) {
                assertThat(upstream.call(proxy.address(), "Why?")).isEqualTo(200);
                printed.awaitLine(
                        "Kafka does not take captured prompts: " + LACKS + "Write on the topic prompts; 1 wait");
            }
            try (ProxyStage proxy = proxy(slug(PROXY), upstream)) {
                assertThat(upstream.call(proxy.address(), "Why not?")).isEqualTo(200);
                patiently("the proxy's prompt").until(() -> prompts() == PROMPTS + 1);
            }
        }
    }

    private static void scorers() throws Exception {
        deniedAt(SCORE_PROMPTS, AclIT::score, "does not describe the topic prompts: " + LACKS + "Describe on it");
        deniedAt(SCORE_GROUP, AclIT::score, "Read on the group teacher-scorer");
        deniedAt(SCORE_CHANGELOG, AclIT::score, "Could not create topic teacher-scorer-buffer-changelog: " + LACKS);
        deniedAt(SCORE_ID, AclIT::score, "Write on the transactional id teacher-scorer-");
        deniedAt(
                SCORE_TARGETS,
                AclIT::score,
                "does not describe the topic teacher-targets: " + LACKS + "Describe on it");
        try (Printed printed = new Printed();
                Telemetry telemetry = telemetry(Stage.SCORER);
                Cluster cluster = cluster(slug(SCORE));
                ScorerStage scorer =
                        new Stages(config(slug(SCORE)), cluster.bootstrapServers(), telemetry).scorer(teacher)) {
            // The end of the source has a record too.
            patiently("all prompts are scored").until(() -> count(TOPICS.teacherTargets()) == PROMPTS + 2);
            assertThat(scorer.liveness().passed()).isTrue();
            assertThat(printed.all()).noneMatch(line -> line.contains(LACKS));
        }
    }

    private static String trainers() throws Exception {
        deniedAt(TRAIN_TARGETS, AclIT::train, "teacher-targets");
        deniedAt(TRAIN_GROUP, AclIT::train, "Read on the group stillstream-student-trainer-letters-");
        deniedAt(TRAIN_ID, AclIT::train, "Write on the transactional id stillstream-student-trainer-");
        deniedAt(TRAIN_SNAPSHOTS, AclIT::train, "Write on the topic student-snapshots");
        try (Printed printed = new Printed()) {
            Throwable unused = catchThrowable(() -> train(TRAIN_ORDERS.user()));
            printed.awaitLine("student-training-control cannot be read or written (" + LACKS
                    + "Read or Write on the topic student-training-control)");
        }
        TrainingReport report = train(slug(TRAIN));
        assertThat(report.records()).isPositive();
        String snapshot = report.lastSnapshot().manifest().id();
        patiently("the snapshot is published")
                .until(() -> TopicContents.read(broker.administration(), TOPICS.studentSnapshots()).stream()
                        .anyMatch(record -> SnapshotManifestCodec.decode(record.value())
                                .id()
                                .equals(snapshot)));
        return snapshot;
    }

    private static void rollouts(String snapshot) throws Exception {
        deniedAt(
                CONTROLLER_ID,
                AclIT::control,
                "Write on the transactional id stillstream-rollout-controller-student-rollout");
        deniedAt(CONTROLLER_INPUTS, AclIT::control, "Read or Write on the topic rollout-inputs");
        deniedAt(STATUS_STATE, user -> rollout(user, "status"), "Read on the topic student-rollout");

        StillstreamConfig gate = config(slug(GATE), slug(TRAIN), Map.of());
        try (TopicReader reader = new TopicReader(kafka(gate))) {
            var store = new SnapshotStore(gate.trainerDirectory(), Clock.systemUTC());
            var judged = store.list().get(0).manifest();
            assertThat(new GateRun(gate, store, reader)
                            .judge(new SnapshotReference(judged.id(), "0".repeat(64)))
                            .reasons())
                    .isNotEmpty();
        }

        StillstreamConfig config = config(
                slug(CONTROLLER),
                slug(TRAIN),
                Map.of("rollout.automatic", "false", "rollout.steps", "shadow 1h, 100% 1h", "rollout.heartbeat", "1m"));
        try (Printed printed = new Printed();
                Telemetry telemetry = telemetry(Stage.ROLLOUT);
                ControllerStage controller = ControllerStage.open(config, kafka(config), telemetry)) {
            CompletableFuture<Void> controlling = CompletableFuture.runAsync(controller::run);
            patiently("the controller runs")
                    .until(() -> rollout(slug(STATUS), "status"), status -> status.contains("Controller       runs"));
            assertThat(rollout(slug(START), "start", "--candidate", snapshot)).contains("candidate " + snapshot);
            deniedAt(PROMOTE_INPUTS, user -> rollout(user, "promote"), "Write on the topic rollout-inputs");
            assertThat(rollout(slug(PROMOTE), "promote", "--full")).contains("champion " + snapshot);
            assertThat(rollout(slug(STATUS), "history")).contains("promote");
            controller.stop();
            controlling.join();
            assertThat(printed.all()).noneMatch(line -> line.contains(LACKS));
        }
    }

    private static void servers() throws Exception {
        try (Printed printed = new Printed();
                Telemetry telemetry = telemetry(Stage.SERVING);
                ServingStage serving = serve(ANSWER_GROUP.user(), telemetry)) {
            printed.awaitLine(
                    "no prompts are answered: " + LACKS + "Read on the group answer-prompts; it is tried again");
        }
    }

    private static void readers() throws Exception {
        deniedAt(LETTERS_READ, user -> run(user, new DeadLettersCommand()), "the topic dead-letters");
        deniedAt(
                REPLAY_ID,
                user -> run(user, new DeadLettersCommand(), "--code", "duplicate_id", "--replay"),
                "Write on the transactional id stillstream-replay-dead-letters");
        assertThat(run(slug(REPLAY), new DeadLettersCommand(), "--code", "duplicate_id", "--replay"))
                .doesNotContain("stillstream: ");
        patiently("the letter is replayed").until(() -> count("dead-letters-replayed") == 1);
    }

    /** What a command does for a user. */
    private interface Act {
        @Nullable
        Object as(String user) throws Exception;
    }

    /** It ends, and says which right is lacking. */
    private static void deniedAt(Lacking lacking, Act act, String right) {
        String shown;
        try {
            shown = String.valueOf(act.as(lacking.user()));
        } catch (Exception e) {
            shown = ErrorMessages.message(e);
        }
        assertThat(shown).as(lacking.user()).contains(LACKS).contains(right);
    }

    private static Telemetry telemetry(Stage stage) {
        return Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), stage);
    }

    private static StillstreamConfig config(String user) {
        return config(user, user, Map.of());
    }

    private static StillstreamConfig config(String user, String data, Map<String, String> further) {
        Map<String, String> settings = new HashMap<>(login(user));
        settings.put("kafka.bootstrap-servers", broker.bootstrapServers());
        settings.put("monitoring.enabled", "false");
        settings.put("traffic.source", traffic.toString());
        settings.put("traffic.repeat", "1");
        settings.put("traffic.max-in-flight", "0");
        settings.put("trainer.batches.max-batch-tokens", "256");
        settings.put("proxy.port", "0");
        settings.put("capture.drain-timeout", "1s");
        settings.putAll(further);
        return new ConfigLoader(Map.of()).load(DemoConfig.of(directory.resolve(data), models), null, settings);
    }

    private static Map<String, String> login(String user) {
        return SecuredBroker.login(user).entrySet().stream()
                .collect(Collectors.toMap(
                        property -> "kafka.properties." + property.getKey(), property -> property.getValue()));
    }

    private static Map<String, Object> kafka(StillstreamConfig config) {
        return config.kafka().clientProperties(broker.bootstrapServers());
    }

    private static Cluster cluster(String user) {
        return Cluster.open(config(user));
    }

    private static long produce(String user) {
        try (Telemetry telemetry = telemetry(Stage.PRODUCER);
                Cluster cluster = cluster(user)) {
            return new Stages(config(user), cluster.bootstrapServers(), telemetry)
                    .producer()
                    .run()
                    .sent();
        }
    }

    private static ProxyStage proxy(String user, AnsweringApi upstream) {
        StillstreamConfig config = config(user, user, Map.of("proxy.upstreams.main.url", upstream.url()));
        return ProxyStage.start(config, broker.bootstrapServers(), telemetry(Stage.PROXY));
    }

    private static @Nullable Object score(String user) throws InterruptedException {
        try (Telemetry telemetry = telemetry(Stage.SCORER);
                Cluster cluster = cluster(user);
                ScorerStage scorer = new Stages(config(user), cluster.bootstrapServers(), telemetry).scorer(teacher)) {
            scorer.awaitTermination();
            return null;
        } finally {
            removeMembers("teacher-scorer");
        }
    }

    /** One that failed is a member until its session times out, and the next would wait for that. */
    private static void removeMembers(String group) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.administration()))) {
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            LoggerFactory.getLogger(AclIT.class).debug("there is none", e);
        }
    }

    private static TrainingReport train(String user) {
        try (Telemetry telemetry = telemetry(Stage.TRAINER);
                Cluster cluster = cluster(user);
                TrainerStage trainer = new Stages(config(user), cluster.bootstrapServers(), telemetry).trainer()) {
            trainer.stopAtEnd();
            return trainer.run();
        }
    }

    private static @Nullable Object control(String user) {
        StillstreamConfig config = config(user);
        try (Telemetry telemetry = telemetry(Stage.ROLLOUT);
                ControllerStage controller = ControllerStage.open(config, kafka(config), telemetry)) {
            controller.run();
            return null;
        }
    }

    private static ServingStage serve(String user, Telemetry telemetry) {
        StillstreamConfig config = config(
                user,
                slug(TRAIN),
                Map.of("serving.port", "0", "serving.follow", "topic", "serving.answer-prompts.share", "1"));
        return ServingStage.start(config.serving(), config.trainerDirectory(), TOPICS, kafka(config), telemetry);
    }

    private static String rollout(String user, String... arguments) {
        return run(user, new RolloutCommand(), arguments);
    }

    /** What it prints. */
    private static String run(String user, Object command, String... arguments) {
        var line = CommandRunner.commandLine(command, () -> false);
        var printed = new StringWriter();
        line.setOut(new PrintWriter(printed));
        line.setErr(new PrintWriter(printed));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--bootstrap-servers=" + broker.bootstrapServers());
        all.add("--data=" + directory.resolve(slug(TRAIN)));
        login(user).forEach((key, value) -> all.add("--set=" + key + "=" + value));
        int unused = line.execute(all.toArray(String[]::new));
        return printed.toString();
    }

    private static int count(String topic) {
        return TopicContents.read(broker.administration(), topic).size();
    }

    private static long prompts() {
        return TopicContents.read(broker.administration(), TOPICS.prompts()).stream()
                .filter(record -> record.headers().lastHeader("stillstream.control") == null)
                .map(record -> PromptCodec.decode(record.value()))
                .count();
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(50));
    }

    /** What is logged. */
    private static final class Printed extends AppenderBase<ILoggingEvent> implements AutoCloseable {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Logger logger = (Logger) LoggerFactory.getLogger("io.stillstream");

        private Printed() {
            start();
            logger.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }

        private List<String> all() {
            return lines;
        }

        private void awaitLine(String part) {
            patiently("it is logged: " + part)
                    .until(this::all, all -> all.stream().anyMatch(line -> line.contains(part)));
        }

        @Override
        public void close() {
            logger.detachAppender(this);
        }
    }
}
