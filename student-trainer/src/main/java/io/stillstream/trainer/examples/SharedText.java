package io.stillstream.trainer.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What two wordings of one response have in common, byte by byte: stretches in the order of both. Beginning and end are
 * compared first; of what lies between, the longest stretch that both have is kept, and the rest on either side of it is
 * compared in the same way.
 */
final class SharedText {

    /** Shorter stretches amid texts that differ are likely to be there by chance, unless they are most of a text. */
    private static final int SHORTEST_WITHIN = 8;

    /** The most pairs of bytes that are compared at once; beyond it only beginning and end count. */
    private static final long MOST_PAIRS = 1L << 24;

    /**
     * Bytes that both have.
     *
     * @param teacher where they begin in the teacher's wording
     * @param student where they begin in the student's
     */
    record Stretch(int teacher, int student, int length) {}

    private final byte[] teacher;
    private final byte[] student;
    private final int shortest;
    private final List<Stretch> stretches = new ArrayList<>();

    private SharedText(byte[] teacher, byte[] student) {
        this.teacher = teacher;
        this.student = student;
        this.shortest = Math.min(SHORTEST_WITHIN, Math.min(teacher.length, student.length) / 2 + 1);
    }

    /** Ascending in both wordings; none is empty. */
    static List<Stretch> of(byte[] teacher, byte[] student) {
        var shared = new SharedText(teacher, student);
        shared.compare(0, teacher.length, 0, student.length);
        return List.copyOf(shared.stretches);
    }

    private void compare(int teacherFrom, int teacherTo, int studentFrom, int studentTo) {
        int most = Math.min(teacherTo - teacherFrom, studentTo - studentFrom);
        int beginning =
                Arrays.mismatch(teacher, teacherFrom, teacherFrom + most, student, studentFrom, studentFrom + most);
        beginning = beginning < 0 ? most : beginning;
        int end = 0;
        while (end < most - beginning && teacher[teacherTo - end - 1] == student[studentTo - end - 1]) {
            end++;
        }
        add(new Stretch(teacherFrom, studentFrom, beginning));
        compareWithin(teacherFrom + beginning, teacherTo - end, studentFrom + beginning, studentTo - end);
        add(new Stretch(teacherTo - end, studentTo - end, end));
    }

    private void compareWithin(int teacherFrom, int teacherTo, int studentFrom, int studentTo) {
        Stretch longest = longest(teacherFrom, teacherTo, studentFrom, studentTo);
        if (longest.length() < shortest) {
            return;
        }
        compareWithin(teacherFrom, longest.teacher(), studentFrom, longest.student());
        add(longest);
        compareWithin(longest.teacher() + longest.length(), teacherTo, longest.student() + longest.length(), studentTo);
    }

    private Stretch longest(int teacherFrom, int teacherTo, int studentFrom, int studentTo) {
        Stretch longest = new Stretch(teacherFrom, studentFrom, 0);
        int width = studentTo - studentFrom;
        if ((long) (teacherTo - teacherFrom) * width > MOST_PAIRS) {
            return longest;
        }
        // How many bytes up to this pair, and up to the pair before it, both texts have.
        int[] before = new int[width + 1];
        int[] here = new int[width + 1];
        for (int i = teacherFrom; i < teacherTo; i++) {
            for (int j = 0; j < width; j++) {
                here[j + 1] = teacher[i] == student[studentFrom + j] ? before[j] + 1 : 0;
                if (here[j + 1] > longest.length()) {
                    int length = here[j + 1];
                    longest = new Stretch(i + 1 - length, studentFrom + j + 1 - length, length);
                }
            }
            int[] swapped = before;
            before = here;
            here = swapped;
        }
        return longest;
    }

    private void add(Stretch stretch) {
        if (stretch.length() > 0) {
            stretches.add(stretch);
        }
    }
}
