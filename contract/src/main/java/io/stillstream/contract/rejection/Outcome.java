package io.stillstream.contract.rejection;

/** What came of reading or preparing one record: a value, or why there is none. */
public sealed interface Outcome<T> {

    record Accepted<T>(T value) implements Outcome<T> {}

    record Rejected<T>(Rejection rejection) implements Outcome<T> {}

    static <T> Outcome<T> accepted(T value) {
        return new Accepted<>(value);
    }

    static <T> Outcome<T> rejected(RejectionCode code, String detail) {
        return new Rejected<>(new Rejection(code, detail));
    }
}
