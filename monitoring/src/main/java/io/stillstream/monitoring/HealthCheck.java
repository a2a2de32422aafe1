package io.stillstream.monitoring;

/** What one health check found. The detail is shown to whoever asks: no secrets, no prompt text. */
public record HealthCheck(boolean passed, String detail) {

    public static HealthCheck passed(String detail) {
        return new HealthCheck(true, detail);
    }

    public static HealthCheck failed(String detail) {
        return new HealthCheck(false, detail);
    }
}
