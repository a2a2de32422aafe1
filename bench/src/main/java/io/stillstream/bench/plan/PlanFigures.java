package io.stillstream.bench.plan;

/**
 * A transport plan measured on texts.
 *
 * @param teacherTokens of the vocabulary
 * @param studentTokens likewise
 * @param mapped the teacher's tokens that the student can spell
 * @param whole of these, those that one of the student's tokens spells
 * @param milliseconds to make the plan from two loaded tokenizers, the median of a few
 * @param mebibytes of heap that the plan keeps
 * @param positions the student's tokens of the texts
 * @param starting of these, those that start where one of the teacher's does
 * @param inside those that start within one of the teacher's
 * @param textMapped the teacher's tokens of the texts that the student can spell, of all of them
 * @param spanning of the starting ones, those that go on beyond the teacher's token
 * @param differing of the starting ones that do not, those that are another token than the plan says
 */
public record PlanFigures(
        int teacherTokens,
        int studentTokens,
        int mapped,
        int whole,
        double milliseconds,
        double mebibytes,
        long positions,
        double starting,
        double inside,
        double textMapped,
        double spanning,
        double differing) {}
