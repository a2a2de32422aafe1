package io.stillstream.monitoring;

/** Monitoring could not be set up: the message says in one line what was wrong and what to do. */
public final class MonitoringException extends RuntimeException {

    public MonitoringException(String message, Throwable cause) {
        super(message, cause);
    }

    public MonitoringException(String message) {
        super(message);
    }
}
