package io.stillstream.contract.rewind;

import java.nio.charset.StandardCharsets;

/**
 * The keys of {@code student-training-control}. The topic is compacted; each order and each answer has a key of its own, so that
 * all stay.
 */
public final class RewindKeys {

    private static final String ORDER = "order/";
    private static final String ANSWER = "answer/";

    private RewindKeys() {}

    public static String of(RewindOrder order) {
        return ORDER + order.id();
    }

    public static String of(RewindAnswer answer) {
        return ANSWER + answer.trainer() + "/" + answer.order();
    }

    public static boolean isOrder(String key) {
        return key.startsWith(ORDER);
    }

    public static boolean isAnswer(String key) {
        return key.startsWith(ANSWER);
    }

    public static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    public static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
