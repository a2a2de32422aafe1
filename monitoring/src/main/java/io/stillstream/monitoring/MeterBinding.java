package io.stillstream.monitoring;

import io.micrometer.core.instrument.binder.MeterBinder;

/** A library's meters while they are bound. Close it before what it measures; closing it again does nothing. */
public final class MeterBinding implements AutoCloseable {

    private final MeterBinder meters;
    private boolean closed;

    MeterBinding(MeterBinder meters) {
        this.meters = meters;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (meters instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new MonitoringException(
                        "could not unbind " + meters.getClass().getSimpleName(), e);
            }
        }
    }
}
