package io.stillstream.scorer.topology.prompt;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.Teacher;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a short plain text all the way through the teacher: a teacher that fails at a record and not at this one is whole,
 * and the record is at fault.
 */
final class TeacherProbe {

    private static final Logger LOG = LoggerFactory.getLogger(TeacherProbe.class);
    private static final Prompt GENERATED = Prompt.of("probe", new PlainText("Hello"), Instant.EPOCH);
    private static final Prompt SCORED = GENERATED.withResponse(Response.of(" you", Author.PRODUCTION));

    private final Teacher teacher;

    TeacherProbe(Teacher teacher) {
        this.teacher = teacher;
    }

    /**
     * Whether the teacher is whole.
     *
     * @param generating whether it is to generate a response too
     */
    boolean passes(boolean generating) {
        Prompt prompt = generating ? GENERATED : SCORED;
        try {
            return teacher.admit(prompt) instanceof Admission.Admitted admitted && scores(prompt, admitted);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.warn("the teacher fails at a plain text too: {}", e.toString());
            return false;
        }
    }

    /** An answer that is rejected is one: what many of those mean is the {@link ConsecutiveNanGuard}'s to say. */
    private boolean scores(Prompt prompt, Admission.Admitted admitted) {
        List<Scoring> scorings = teacher.score(List.of(admitted));
        return scorings.size() == 1
                && (!(scorings.get(0) instanceof Scoring.Scored scored)
                        || TeacherTargetsCodec.encode(teacher.targets(
                                                prompt, admitted.request(), scored.response(), Instant.EPOCH))
                                        .length
                                > 0);
    }
}
