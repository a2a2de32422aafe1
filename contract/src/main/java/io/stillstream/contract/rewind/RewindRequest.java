package io.stillstream.contract.rewind;

import io.stillstream.contract.rejection.ContractException;
import java.util.regex.Pattern;

/**
 * What somebody wants of the trainer, as part of a command to the rollout.
 *
 * @param trainer the id of its data directory; empty for whichever trainer has the champion
 * @param quarantine what it passes over from then on
 */
public record RewindRequest(String trainer, Quarantine quarantine) {

    private static final Pattern ID = Pattern.compile("|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    public RewindRequest {
        if (!ID.matcher(trainer).matches()) {
            throw new ContractException("'" + trainer
                    + "' is no trainer; expected the id that the file 'id' of its data directory holds, or nothing");
        }
    }
}
