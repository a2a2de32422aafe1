package io.stillstream.scorer.topology.processor;

import io.stillstream.contract.text.Printable;
import io.stillstream.monitoring.distillation.ScorerMeters;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the turns that the teacher's chat template leaves out, and warns of each role that is counted by its name once, and once
 * of all others: a role is whatever its sender wrote, so each may be another, and of any length. Safe for use by several threads.
 */
final class DroppedTurnReport {

    private static final Logger LOG = LoggerFactory.getLogger(DroppedTurnReport.class);

    /** Longer than any role that a template knows. */
    private static final int SHOWN_CHARACTERS = 40;

    private final String teacher;
    private final ScorerMeters meters;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    DroppedTurnReport(String teacher, ScorerMeters meters) {
        this.teacher = teacher;
        this.meters = meters;
    }

    /** @param roles of the turns of one prompt that were left out */
    void record(Set<String> roles) {
        for (String role : roles) {
            String label = meters.recordDroppedTurn(role);
            if (warned.add(label)) {
                LOG.warn(
                        "the chat template of {} leaves out turns of the role '{}'{}: neither it nor a student sees what they say;"
                                + " name another with teacher.chat-template (counted in"
                                + " stillstream_template_dropped_turns_total)",
                        teacher,
                        shown(role),
                        label.equals(role) ? "" : ", and perhaps of further roles that are not usual");
            }
        }
    }

    private static String shown(String role) {
        return Printable.line(role.length() <= SHOWN_CHARACTERS ? role : role.substring(0, SHOWN_CHARACTERS) + "…");
    }
}
