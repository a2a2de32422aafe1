package io.stillstream.contract.rollout;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The keys of {@code student-rollout}. The topic is compacted: of each key the last record stays, so that every decision, under
 * a key that is its own, stays for good.
 */
public final class RolloutKeys {

    public static final String STATE = "state";
    public static final String CONTROLLER = "controller";

    private static final String DECISION = "decision/";
    private static final String DELIVERY = "delivery/";

    private RolloutKeys() {}

    /** Sorts as the numbers do. */
    public static String decision(long number) {
        return String.format(Locale.ROOT, "%s%019d", DECISION, number);
    }

    public static String of(RolloutDelivery delivery) {
        return DELIVERY + delivery.id();
    }

    public static boolean isDecision(String key) {
        return key.startsWith(DECISION);
    }

    public static boolean isDelivery(String key) {
        return key.startsWith(DELIVERY);
    }

    public static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    public static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
