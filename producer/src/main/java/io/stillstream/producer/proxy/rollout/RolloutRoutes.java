package io.stillstream.producer.proxy.rollout;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.Route;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.producer.capture.call.CalledConversation;
import io.stillstream.producer.capture.call.Conversations;
import io.stillstream.producer.proxy.body.ModelName;
import io.stillstream.producer.proxy.config.RolloutRouting;
import io.stillstream.producer.proxy.config.UpstreamConfig;
import io.stillstream.producer.proxy.upstream.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the rollout sends a call: to the canary where it has its conversation, or else to the champion, or else to production; and
 * from each to the next where that fails before the caller has seen anything. What a student cannot serve is production's.
 */
public final class RolloutRoutes {

    private static final List<String> ENDINGS = List.of("/chat/completions", "/completions");

    private final RolloutRouting config;
    private final Upstream champion;
    private final Upstream canary;
    private final Supplier<Optional<RolloutState>> rollout;
    private final Conversations conversations;
    private final ProxyMeters meters;

    /** @param rollout its state now; empty where that is not known */
    public RolloutRoutes(
            RolloutRouting config,
            Upstream champion,
            Upstream canary,
            Supplier<Optional<RolloutState>> rollout,
            Conversations conversations,
            ProxyMeters meters) {
        this.config = config;
        this.champion = champion;
        this.canary = canary;
        this.rollout = rollout;
        this.conversations = conversations;
        this.meters = meters;
    }

    /** Whether a call of that path may go to a student now, so that it has to be read whole first. */
    public boolean concern(String method, String path) {
        if (!method.equals("POST") || ENDINGS.stream().noneMatch(path::endsWith)) {
            return false;
        }
        Optional<RolloutState> state = rollout.get();
        if (state.isEmpty()) {
            meters.rolloutUnknown();
        }
        return state.map(known -> known.champion() != null || known.buckets() > 0 || known.shadow())
                .orElse(false);
    }

    public int maxBodyBytes() {
        return config.maxBodyBytes();
    }

    /**
     * Where a call goes.
     *
     * @param headers those that capture reads
     * @param production where the call would go without a rollout
     * @param pathAndQuery as the caller has it
     */
    public RoutedCall of(
            Map<String, String> headers,
            @Nullable String caller,
            byte[] body,
            Upstream production,
            String pathAndQuery) {
        RolloutState state = rollout.get().orElse(null);
        CalledConversation call = state == null
                ? null
                : conversations
                        .of(headers, caller, body)
                        .filter(one -> !one.tools() && isOfTheRollout(one))
                        .orElse(null);
        List<Destination> destinations = new ArrayList<>();
        Destination shadow = null;
        byte[] renamed =
                call == null ? null : ModelName.replaced(body, config.model()).orElse(null);
        if (state != null && call != null && renamed != null) {
            String rest = rest(production, pathAndQuery);
            addStudents(destinations, state, call, renamed, rest);
            SnapshotReference candidate = state.candidate();
            shadow = candidate == null || !state.shadow() ? null : canary(candidate, call, renamed, rest);
        }
        destinations.add(
                new Destination(Arm.PRODUCTION, null, production, production.target(pathAndQuery), call, body));
        return new RoutedCall(destinations, shadow);
    }

    private boolean isOfTheRollout(CalledConversation call) {
        String model = call.model();
        return config.models().isEmpty() || (model != null && UpstreamConfig.closeness(config.models(), model) >= 0);
    }

    private void addStudents(
            List<Destination> destinations, RolloutState state, CalledConversation call, byte[] renamed, String rest) {
        SnapshotReference candidate = state.candidate();
        if (candidate != null && Route.choose(state, call.id()) == Arm.CANARY) {
            destinations.add(canary(candidate, call, renamed, rest));
        }
        SnapshotReference reigning = state.champion();
        if (reigning != null) {
            destinations.add(
                    new Destination(Arm.CHAMPION, reigning.id(), champion, champion.target(rest), call, renamed));
        }
    }

    private Destination canary(SnapshotReference candidate, CalledConversation call, byte[] renamed, String rest) {
        return new Destination(Arm.CANARY, candidate.id(), canary, canary.target(rest), call, renamed);
    }

    /** Without what production's paths begin with. */
    private static String rest(Upstream production, String pathAndQuery) {
        return pathAndQuery.substring(production.config().path().length());
    }
}
