package io.stillstream.pipeline.production.probe;

import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.rollout.RolloutMeters;
import io.stillstream.monitoring.rollout.RolloutMeters.ProbeOutcome;
import io.stillstream.pipeline.production.probe.SnapshotQuestions.Question;
import io.stillstream.rollout.delivery.DeliveryException;
import io.stillstream.rollout.delivery.DeliveryTarget;
import io.stillstream.rollout.delivery.ProbeConfig;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks servers, after each transition, whether they serve what they are to. A server is asked until it answers rightly or its time is
 * over: it may still be loading. What was found of it is an observation on {@code rollout-inputs}; of a candidate's server that answers
 * wrongly it is an alarm, which takes the candidate back.
 */
public final class ServedProbe implements DeliveryTarget {

    private static final Logger LOG = LoggerFactory.getLogger(ServedProbe.class);

    private static final String NAME = "probe";
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);

    /** How often a server that says it serves the snapshot may answer wrongly until it is believed to be wrong. */
    private static final int DEFINITE = 3;

    /** A server that gives no log-probabilities is right where at least one in so many golden prompts is answered as recorded. */
    private static final int TEXTS_PER_RECORDED = 2;

    private static final String OTHER = "it says that it serves ";
    private static final Pattern SNAPSHOT_ID = Pattern.compile("\\d{10}-[0-9a-f]{12}");

    private final ProbeConfig config;
    private final Path snapshots;
    private final Consumer<RolloutInput> inputs;
    private final RolloutMeters meters;
    private final Clock clock;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(LONGEST_ANSWER).build();

    /**
     * @param snapshots where the trainer's snapshots are, each under its id
     * @param inputs where what was found is sent
     */
    public ServedProbe(
            ProbeConfig config, Path snapshots, Consumer<RolloutInput> inputs, RolloutMeters meters, Clock clock) {
        this.config = config;
        this.snapshots = snapshots;
        this.inputs = inputs;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param detail what is wrong, or what was compared
     */
    public record Finding(ProbeOutcome outcome, String detail) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isLast() {
        return true;
    }

    @Override
    public boolean concerns(RolloutDelivery delivery) {
        return (delivery.to() != null && !config.champion().isEmpty())
                || (delivery.candidate() != null && !config.candidate().isEmpty());
    }

    @Override
    public void deliver(RolloutDelivery delivery) throws InterruptedException {
        deliver(delivery, () -> false);
    }

    /** One that a later decision has overtaken is not finished: what its servers are to serve has changed. */
    @Override
    public void deliver(RolloutDelivery delivery, BooleanSupplier overtaken) throws InterruptedException {
        probe(delivery, "candidate", delivery.candidate(), config.candidate(), overtaken);
        probe(delivery, "champion", delivery.to(), config.champion(), overtaken);
    }

    private void probe(
            RolloutDelivery delivery,
            String role,
            @Nullable SnapshotReference snapshot,
            List<String> servers,
            BooleanSupplier overtaken)
            throws InterruptedException {
        if (snapshot == null) {
            return;
        }
        for (int i = 0; i < servers.size() && !overtaken.getAsBoolean(); i++) {
            Finding finding = ask(snapshot.id(), servers.get(i), overtaken);
            if (!overtaken.getAsBoolean()) {
                report(delivery.id() + "-" + role + "-" + i, role, snapshot, servers.get(i), finding);
            }
        }
    }

    private void report(String id, String role, SnapshotReference snapshot, String server, Finding finding) {
        meters.recordProbe(role, finding.outcome());
        String said = "the " + role + "'s server " + server
                + (finding.outcome() == ProbeOutcome.RIGHT ? " serves " : " does not serve ") + snapshot.id() + ": "
                + finding.detail();
        if (finding.outcome() == ProbeOutcome.RIGHT) {
            LOG.info("{}", said);
        } else {
            LOG.error("{}", said);
        }
        Map<String, String> evidence = new TreeMap<>();
        evidence.put("probe", finding.outcome().name().toLowerCase(Locale.ROOT));
        evidence.put("probe.server", server);
        evidence.put("probe.detail", finding.detail());
        boolean alarm = role.equals("candidate") && finding.outcome() == ProbeOutcome.WRONG;
        inputs.accept(new RolloutInput.Observation(id, snapshot.id(), 0, alarm ? said : "", evidence, clock.instant()));
    }

    /**
     * Asks one server until it is right, is wrong for certain, or its time is over.
     *
     * @param id of the snapshot that it is to serve
     */
    Finding ask(String id, String url, BooleanSupplier overtaken) throws InterruptedException {
        Path directory = snapshots.resolve(id);
        long deadline = System.nanoTime() + config.timeout().toNanos();
        var server = new OpenAiServer(client, url, config.model(), config.token(), LONGEST_ANSWER);
        int wrong = 0;
        while (true) {
            Finding finding;
            try {
                finding = ask(id, SnapshotQuestions.of(directory, clock.instant()), server);
                wrong = finding.outcome() == ProbeOutcome.WRONG
                                && !finding.detail().startsWith(OTHER)
                        ? wrong + 1
                        : 0;
            } catch (DeliveryException e) {
                finding = new Finding(ProbeOutcome.AWAY, String.valueOf(e.getMessage()));
            }
            if (finding.outcome() == ProbeOutcome.RIGHT
                    || wrong >= DEFINITE
                    || System.nanoTime() > deadline
                    || overtaken.getAsBoolean()) {
                return finding;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    private Finding ask(String id, SnapshotQuestions questions, OpenAiServer server) throws InterruptedException {
        String model = server.model();
        int recorded = 0;
        int texts = 0;
        int number = 0;
        for (Question question : questions.golden()) {
            number++;
            ServerAnswer answer =
                    server.complete(model, question.prompt(), question.texts().size());
            if (SNAPSHOT_ID.matcher(answer.fingerprint()).matches()
                    && !answer.fingerprint().equals(id)) {
                return new Finding(ProbeOutcome.WRONG, OTHER + answer.fingerprint());
            }
            String problem = SnapshotQuestions.problem(number, question, answer, config.tolerance());
            if (problem != null) {
                return new Finding(ProbeOutcome.WRONG, problem);
            }
            texts += answer.logProbabilities() == null ? 1 : 0;
            recorded += SnapshotQuestions.isRecorded(question, answer) ? 1 : 0;
        }
        if (texts > 0 && recorded * TEXTS_PER_RECORDED < number) {
            return new Finding(
                    ProbeOutcome.WRONG, recorded + " of " + number + " golden prompts are answered as recorded");
        }
        if (!questions.chat().isEmpty()) {
            ServerAnswer tokens = server.complete(model, questions.chat(), SnapshotQuestions.CHAT_TOKENS);
            ServerAnswer chat = server.chat(model, SnapshotQuestions.TURNS, SnapshotQuestions.CHAT_TOKENS);
            String problem = chat == null
                    ? "it refuses a chat, which the snapshot's template words"
                    : SnapshotQuestions.problem(tokens, chat, config.tolerance());
            if (problem != null) {
                return new Finding(ProbeOutcome.WRONG, problem);
            }
        }
        return new Finding(
                ProbeOutcome.RIGHT,
                recorded + " of " + number + " golden prompts are answered as recorded, "
                        + (number - recorded) + " up to a near tie"
                        + (questions.chat().isEmpty() ? "" : ", and a chat in the snapshot's wording"));
    }
}
