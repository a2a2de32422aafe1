package io.stillstream.monitoring;

/** The result of one health check. The detail is public: it must hold no secrets and no prompt text. */
public record HealthCheck(boolean passed, String detail) {

    public static HealthCheck passed(String detail) {
        return new HealthCheck(true, detail);
    }

    public static HealthCheck failed(String detail) {
        return new HealthCheck(false, detail);
    }
}
