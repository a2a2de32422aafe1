package io.stillstream.trainer.examples;

import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.TargetNeed;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a record carries what a loss reads. */
public final class RecordCheck {

    private final LossConfig loss;
    private final Set<TargetNeed> needs;
    private final String studentTokenizer;
    private final @Nullable StudentWording wording;
    private final @Nullable TransportPlans plans;

    /**
     * @param studentTokenizer its sha256
     * @param wording the student's; null where no record is checked
     * @param plans where the loss reads the teacher's mass in the student's tokens
     */
    public RecordCheck(
            LossConfig loss,
            String studentTokenizer,
            @Nullable StudentWording wording,
            @Nullable TransportPlans plans) {
        this.wording = wording;
        this.plans = plans;
        this.loss = loss;
        this.needs = loss.needs();
        this.studentTokenizer = studentTokenizer;
    }

    /** Why it cannot: what the loss needs and what the record has, as a sentence; empty when it can. */
    public Optional<String> mismatch(TeacherTargets targets) {
        Optional<String> columns =
                mismatch(targets.columns().selection(), targets.columns().ranking());
        if (columns.isPresent()) {
            return columns;
        }
        if (needs.contains(TargetNeed.TRANSPORT) && plans != null) {
            Optional<String> vocabulary = plans.mismatch(targets);
            if (vocabulary.isPresent()) {
                return Optional.of("the loss " + name() + " cannot read " + vocabulary.get());
            }
        }
        if (needs.contains(TargetNeed.SHARED_IDS)
                && !targets.vocabulary().tokenizer().equals(studentTokenizer)) {
            return Optional.of(
                    "the loss " + name() + " compares token by token and needs one vocabulary, but the teacher "
                            + targets.teacher().name() + " has the tokenizer "
                            + targets.vocabulary().tokenizer() + " and the student " + studentTokenizer);
        }
        return wording == null ? Optional.empty() : wording.mismatch(targets);
    }

    /** The same of a teacher's settings, before it has scored anything. */
    public Optional<String> mismatch(Selection selection, Ranking ranking) {
        if (needs.contains(TargetNeed.SEQUENCE_SELECTION) && selection != Selection.SEQUENCE) {
            return Optional.of(sentence("selection", selection, Selection.SEQUENCE));
        }
        if (needs.contains(TargetNeed.TRANSPORT) && selection == Selection.SEQUENCE) {
            return Optional.of(sentence("selection", selection, Selection.TOKEN));
        }
        if (needs.contains(TargetNeed.TOKEN_SELECTION) && selection != Selection.TOKEN) {
            return Optional.of(sentence("selection", selection, Selection.TOKEN));
        }
        Ranking expected = needs.contains(TargetNeed.STANDARDISED_RANKING) ? Ranking.STANDARDISED : Ranking.PROBABILITY;
        boolean readsColumns = needs.contains(TargetNeed.COLUMNS)
                || needs.contains(TargetNeed.PAIRED_COLUMNS)
                || needs.contains(TargetNeed.SHARED_IDS);
        if (readsColumns && ranking != expected) {
            return Optional.of(sentence("ranking", ranking, expected));
        }
        return Optional.empty();
    }

    private String sentence(String what, Enum<?> found, Enum<?> needed) {
        return "targets of the " + what + " " + text(found) + "; the loss " + name() + " needs " + text(needed)
                + " (teacher." + what + ": " + text(needed) + ")";
    }

    private String name() {
        return String.join(" + ", loss.terms());
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
