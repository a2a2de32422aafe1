package io.stillstream.producer.proxy.call;

import io.stillstream.http.ByteBudget;
import io.stillstream.monitoring.traffic.ProxyMeters;
import io.stillstream.producer.capture.call.CallSink;
import io.stillstream.producer.outcome.OutcomeSink;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.proxy.rollout.RolloutRoutes;
import io.stillstream.producer.proxy.rollout.ShadowCalls;
import io.stillstream.producer.proxy.upstream.CallerToken;
import io.stillstream.producer.proxy.upstream.Upstreams;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * What all calls share.
 *
 * @param rollout where the rollout sends calls; null where none does
 * @param shadow copies of calls to a candidate
 * @param outcomes what is told of calls that the rollout has a part in
 * @param maxCopyBytes the most that is copied of a body
 * @param copiedHeaders the request's headers that capture reads, in lower case
 */
public record ProxyParts(
        ProxyConfig config,
        CallerToken token,
        Upstreams upstreams,
        @Nullable RolloutRoutes rollout,
        ShadowCalls shadow,
        OutcomeSink outcomes,
        CallSink sink,
        FeedbackSink feedback,
        int maxCopyBytes,
        Set<String> copiedHeaders,
        ByteBudget budget,
        ProxyMeters meters,
        Scheduler scheduler) {

    /** Those of the headers that capture reads. */
    Map<String, String> copied(HttpFields headers) {
        Map<String, String> copied = new HashMap<>();
        copiedHeaders.forEach(name -> {
            String value = headers.get(name);
            if (value != null) {
                copied.put(name, value);
            }
        });
        return copied;
    }
}
