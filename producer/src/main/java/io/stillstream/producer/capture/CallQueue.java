package io.stillstream.producer.capture;

import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.capture.call.CapturedCall;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Calls that wait to be read, bounded in bytes for all and for each tenant. */
final class CallQueue {

    /** Beside the bodies: the objects and the headers, about. */
    private static final int OVERHEAD_BYTES = 1024;

    private final long maxBytes;
    private final long tenantBytes;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private final Map<String, Long> tenants = new HashMap<>();
    private long bytes;
    private boolean closed;

    /** A call and whose it is. */
    record Waiting(CapturedCall call, String tenant) {

        long bytes() {
            return call.bytes() + OVERHEAD_BYTES;
        }
    }

    /** @param tenantShare the most of it that one tenant's calls may fill; a single call always may */
    CallQueue(long maxBytes, double tenantShare) {
        this.maxBytes = maxBytes;
        tenantBytes = (long) (maxBytes * tenantShare);
    }

    /** Why the call is not taken; empty where it is. */
    synchronized Optional<CaptureDrop> offer(Waiting call) {
        if (closed) {
            return Optional.of(CaptureDrop.UNDELIVERED);
        }
        if (bytes + call.bytes() > maxBytes) {
            return Optional.of(CaptureDrop.QUEUE_FULL);
        }
        long ofTenant = tenants.getOrDefault(call.tenant(), 0L);
        if (ofTenant > 0 && ofTenant + call.bytes() > tenantBytes) {
            return Optional.of(CaptureDrop.TENANT_QUEUE);
        }
        tenants.put(call.tenant(), ofTenant + call.bytes());
        bytes += call.bytes();
        waiting.add(call);
        notifyAll();
        return Optional.empty();
    }

    /** The next call; null when there is none and will be none. */
    synchronized @Nullable Waiting take() throws InterruptedException {
        while (waiting.isEmpty()) {
            if (closed) {
                return null;
            }
            wait();
        }
        Waiting next = waiting.remove();
        bytes -= next.bytes();
        tenants.computeIfPresent(next.tenant(), (tenant, used) -> used <= next.bytes() ? null : used - next.bytes());
        return next;
    }

    /** Takes no more calls; those that wait can still be taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Forgets what waits. @return how many calls that were */
    synchronized int clear() {
        int left = waiting.size();
        waiting.clear();
        tenants.clear();
        bytes = 0;
        return left;
    }

    synchronized long bytes() {
        return bytes;
    }
}
