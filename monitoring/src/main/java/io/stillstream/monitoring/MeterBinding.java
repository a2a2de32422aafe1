package io.stillstream.monitoring;

import io.micrometer.core.instrument.binder.MeterBinder;

/** The meters of a library, for as long as they are bound. Close it before what it measures; twice is once. */
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
