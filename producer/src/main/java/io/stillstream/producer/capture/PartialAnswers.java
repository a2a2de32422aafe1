package io.stillstream.producer.capture;

/** What becomes of an answer that broke off before the model ended it. */
public enum PartialAnswers {
    /** It is dropped and counted. */
    SKIP,
    /** It is captured and marked; as far as it goes it is learned, its end is not. */
    KEEP
}
