package io.stillstream.producer.capture.call;

/**
 * What is answered to feedback.
 *
 * @param status of HTTP: 202 where it was taken, 400 where it is not understood, 404 where it is about no call that is known, 503
 *     where it cannot be kept
 * @param json the body
 */
public record FeedbackAnswer(int status, String json) {}
