package io.stillstream.monitoring;

/** What one health check found. The detail is shown to whoever asks: no secrets, no prompt text. */
public record Check(boolean passed, String detail) {

    public static Check passed(String detail) {
        return new Check(true, detail);
    }

    public static Check failed(String detail) {
        return new Check(false, detail);
    }
}
