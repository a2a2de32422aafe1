package io.stillstream.bench.plan;

import io.stillstream.huggingface.tokenizer.SpellingPlan;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Makes the plan between two tokenizers and lays it beside what the student's tokenizer writes in real texts. */
public final class PlanBench {

    private static final int ROUNDS = 3;
    private static final double MEBIBYTE = 1 << 20;
    private static final double MILLISECOND = 1e6;
    /** Responses start after a text of their own, as in a record. */
    private static final String PROMPT = "\n";

    private final TextTokenizer teacher;
    private final TextTokenizer student;

    private long positions;
    private long starting;
    private long inside;
    private long teacherTokens;
    private long mapped;
    private long spanning;
    private long differing;

    public PlanBench(TextTokenizer teacher, TextTokenizer student) {
        this.teacher = teacher;
        this.student = student;
    }

    public PlanFigures measure(List<String> texts) {
        double[] milliseconds = new double[ROUNDS];
        SpellingPlan plan = plan();
        for (int round = 0; round < ROUNDS; round++) {
            long started = System.nanoTime();
            plan = plan();
            milliseconds[round] = (System.nanoTime() - started) / MILLISECOND;
        }
        Arrays.sort(milliseconds);
        for (String text : texts) {
            add(plan, teacher.encode(PROMPT, text), student.encode(PROMPT, text));
        }
        return new PlanFigures(
                teacher.vocabularySize(),
                student.vocabularySize(),
                plan.mapped(),
                plan.whole(),
                milliseconds[ROUNDS / 2],
                bytes(plan) / MEBIBYTE,
                positions,
                (double) starting / positions,
                (double) inside / positions,
                (double) mapped / teacherTokens,
                (double) spanning / starting,
                (double) differing / Math.max(1, starting - spanning));
    }

    private SpellingPlan plan() {
        return SpellingPlan.of(teacher, student, List.of(), OptionalInt.empty());
    }

    /** An array for each of the teacher's tokens: 16 bytes of header, 4 of a reference, and the ids. */
    private double bytes(SpellingPlan plan) {
        long bytes = 0;
        for (int id = 0; id < teacher.vocabularySize(); id++) {
            bytes += 20 + (long) Integer.BYTES * plan.path(id).length;
        }
        return bytes;
    }

    private void add(SpellingPlan plan, TokenizedResponse teachers, TokenizedResponse students) {
        int[] teacherEnds = teachers.responseEnds();
        int[] ends = students.responseEnds();
        for (int id : teachers.responseIds()) {
            mapped += plan.first(id) >= 0 ? 1 : 0;
        }
        teacherTokens += teacherEnds.length;
        positions += ends.length;
        int t = 0;
        for (int i = 0; i < ends.length; i++) {
            int start = i == 0 ? 0 : ends[i - 1];
            while (t < teacherEnds.length && teacherEnds[t] <= start) {
                t++;
            }
            if (t == teacherEnds.length) {
                continue;
            }
            int teacherStart = t == 0 ? 0 : teacherEnds[t - 1];
            if (teacherStart < start) {
                inside++;
                continue;
            }
            starting++;
            if (ends[i] > teacherEnds[t]) {
                spanning++;
            } else if (plan.first(teachers.responseIds()[t]) != students.responseIds()[i]) {
                differing++;
            }
        }
    }
}
