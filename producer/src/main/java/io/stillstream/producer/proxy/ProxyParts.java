package io.stillstream.producer.proxy;

import io.stillstream.monitoring.ProxyMeters;
import io.stillstream.producer.capture.CallSink;
import java.util.Set;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * What all calls share.
 *
 * @param maxCopyBytes the most that is copied of a body
 * @param copiedHeaders the request's headers that capture reads, in lower case
 */
record ProxyParts(
        ProxyConfig config,
        CallerToken token,
        Upstreams upstreams,
        CallSink sink,
        int maxCopyBytes,
        Set<String> copiedHeaders,
        CopyBudget budget,
        ProxyMeters meters,
        Scheduler scheduler) {}
