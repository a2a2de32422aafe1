package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.util.Locale;

/** What can serve a conversation. */
public enum Arm {
    /** The model that served before there was any student. */
    PRODUCTION,
    /** The snapshot that serves whatever the candidate does not. */
    CHAMPION,
    /** The snapshot that is on its way. */
    CANARY;

    /** As JSON, meters and people have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ContractException for a label that is none */
    public static Arm parse(String label) {
        for (Arm arm : values()) {
            if (arm.label().equals(label)) {
                return arm;
            }
        }
        throw new ContractException("'" + label + "' is no arm of a rollout; expected production, champion or canary");
    }
}
