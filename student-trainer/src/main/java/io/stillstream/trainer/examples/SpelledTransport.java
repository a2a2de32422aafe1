package io.stillstream.trainer.examples;

import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.huggingface.tokenizer.SpellingPlan;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.step.TransportTargets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries the teacher's probabilities over to the student's tokens along a {@link SpellingPlan}.
 *
 * <p>A label has a target where one of the teacher's tokens covers the byte at which it starts, and the student's tokens since
 * that token's start are those that spell it so far. Of the record's columns those count that begin so too, and that the
 * student writes with these tokens whatever follows: K_i. Given that the teacher's token is one of K_i, the columns' share of
 * their sum is its distribution, so the expectation of
 *
 * <pre>
 *   t̃_i = Σ_{w ∈ K_i} t(w) / t(K_i) e(next of w),   x_i = e(label) − e(next of the token that was there)
 * </pre>
 *
 * over what the teacher writes is that of the label alone, whatever K_i is and however the student's tokenizer joins the
 * token with what follows. A position whose token is none of K_i keeps its label. On a response that the student wrote the
 * token that was there is no draw of the teacher's, and t̃_i are the columns themselves.
 */
final class SpelledTransport {

    private final TransportPlans plans;
    private final TextTokenizer tokenizer;
    private final TokenJoins joins;

    /**
     * @param tokenizer the student's
     * @param joins which of its tokens it would have written as one
     */
    SpelledTransport(TransportPlans plans, TextTokenizer tokenizer, TokenJoins joins) {
        this.plans = plans;
        this.tokenizer = tokenizer;
        this.joins = joins;
    }

    /** With full trust. */
    TransportTargets of(TokenizedTarget sequence) {
        return assemble(new Carrying(sequence).targets());
    }

    /** The masses of the target of label {@code step}. */
    private record Target(int step, Map<Integer, Float> masses, Map<Integer, Float> textMasses, float rest) {}

    /** One record's. */
    private final class Carrying {

        private final TokenizedTarget sequence;
        private final TeacherTokens teacher;
        private final TeacherPlaces places;
        private final RankedColumns columns;
        private final SpellingPlan plan;
        /** Whether the teacher's tokens are draws from its distribution. */
        private final boolean drawn;

        private final List<Target> targets = new ArrayList<>();

        Carrying(TokenizedTarget sequence) {
            this.sequence = sequence;
            this.teacher = sequence.targets().tokens();
            this.places = sequence.places();
            this.columns = sequence.targets().columns();
            this.plan = plans.of(sequence);
            this.drawn = sequence.targets().responseSource() != ResponseSource.STUDENT;
        }

        List<Target> targets() {
            int[] labels = sequence.labels();
            int first = ByteAlignment.firstWhole(sequence, tokenizer);
            boolean beginsInThePrompt = beginsInThePrompt();
            int t = 0;
            int opened = first;
            for (int i = first; i < sequence.responseTokens(); i++) {
                int start = sequence.responseStart(i);
                while (t < places.count() && places.end(t) <= start) {
                    t++;
                }
                if (t == places.count()) {
                    break;
                }
                if (t == 0 && beginsInThePrompt) {
                    continue;
                }
                if (places.start(t) == start) {
                    opened = i;
                }
                if (opened <= i && sequence.responseStart(opened) == places.start(t)) {
                    add(i, t, Arrays.copyOfRange(labels, opened, i));
                }
            }
            if (sequence.endsText() && teacher.endsText()) {
                add(labels.length - 1, teacher.count() - 1, new int[0]);
            }
            return targets;
        }

        /** Where one of the teacher's tokens holds the end of the prompt and the start of the response, it starts before byte 0. */
        private boolean beginsInThePrompt() {
            if (sequence.targets().projected()) {
                return false;
            }
            int spelled = Arrays.stream(plan.path(teacher.id(0)))
                    .map(id -> tokenizer.bytes(id).length)
                    .sum();
            return spelled > teacher.end(0);
        }

        /** @param written the student's tokens since the start of the teacher's */
        private void add(int step, int position, int[] written) {
            int before = drawn ? previousLabel(step, written) : TokenJoins.NO_TOKEN;
            Map<Integer, Float> masses = new LinkedHashMap<>();
            float sum = 0;
            boolean kept = false;
            int own = teacher.id(position);
            int count = columns.count(position);
            for (int column = 0; column < count; column++) {
                int id = columns.id(position, column);
                int next = next(id, written);
                if (next >= 0 && !joins.joined(before, next) && keptApart(written, next)) {
                    float mass = (float) Math.exp(columns.logProbability(position, column));
                    masses.merge(next, mass, Float::sum);
                    sum += mass;
                    kept |= id == own;
                }
            }
            if (!drawn) {
                if (!masses.isEmpty()) {
                    targets.add(new Target(step, masses, Map.of(), Math.max(0f, 1f - sum)));
                }
                return;
            }
            int expected = next(own, written);
            if (columns.selection() == Selection.SAMPLED) {
                kept = expected >= 0 && !joins.joined(before, expected) && keptApart(written, expected);
            }
            if (!kept || !(sum > 0)) {
                return;
            }
            float scale = sum;
            masses.replaceAll((id, mass) -> mass / scale);
            int label = sequence.labels()[step];
            targets.add(new Target(step, masses, label == expected ? Map.of() : Map.of(label, 1f, expected, -1f), 0f));
        }

        /** Whether what follows cannot make one token of those that are written of the teacher's and the next. */
        private boolean keptApart(int[] written, int next) {
            for (int j = 0; j < written.length; j++) {
                if (joins.joined(written[j], j + 1 < written.length ? written[j + 1] : next)) {
                    return false;
                }
            }
            return true;
        }

        /** The token before the step, which the student's tokenizer may have joined with it; within a token nothing is. */
        private int previousLabel(int step, int[] written) {
            if (written.length > 0) {
                return TokenJoins.NO_TOKEN;
            }
            int[] prompt = sequence.promptIds();
            return step == 0 ? prompt[prompt.length - 1] : sequence.labels()[step - 1];
        }

        /** The student's next token of one of the teacher's, of which these are written; −1 where it goes on differently. */
        private int next(int id, int[] written) {
            int[] path = plan.path(id);
            boolean begins =
                    path.length > written.length && Arrays.equals(path, 0, written.length, written, 0, written.length);
            return begins ? path[written.length] : -1;
        }
    }

    private static TransportTargets assemble(List<Target> targets) {
        int width = targets.stream().mapToInt(SpelledTransport::width).max().orElse(0);
        int[] ids = new int[targets.size() * width];
        Arrays.fill(ids, -1);
        float[] masses = new float[ids.length];
        float[] textMasses = new float[ids.length];
        float[] rest = new float[targets.size()];
        int[] steps = new int[targets.size()];
        for (int row = 0; row < steps.length; row++) {
            Target target = targets.get(row);
            steps[row] = target.step();
            rest[row] = target.rest();
            int at = row * width;
            for (Map.Entry<Integer, Float> mass : target.masses().entrySet()) {
                ids[at] = mass.getKey();
                masses[at] = mass.getValue();
                textMasses[at++] = target.textMasses().getOrDefault(mass.getKey(), 0f);
            }
            for (Map.Entry<Integer, Float> mass : target.textMasses().entrySet()) {
                if (!target.masses().containsKey(mass.getKey())) {
                    ids[at] = mass.getKey();
                    textMasses[at++] = mass.getValue();
                }
            }
        }
        return new TransportTargets(steps, ids, masses, textMasses, rest, 1);
    }

    private static int width(Target target) {
        int others = (int) target.textMasses().keySet().stream()
                .filter(id -> !target.masses().containsKey(id))
                .count();
        return target.masses().size() + others;
    }
}
