package io.stillstream.producer.redaction.detector;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds all keywords in one pass: the automaton of Aho and Corasick as a table, one look-up a character. An entry is the next
 * state's row in the table; it is negative where keywords end there. Immutable.
 */
final class KeywordAutomaton {

    private static final int NONE = -1;

    private final CharClasses classes;
    private final int width;
    private final int[] next;
    private final int[][] ending;

    KeywordAutomaton(List<String> keywords) {
        Set<Character> letters = keywords.stream()
                .flatMap(keyword -> keyword.chars().mapToObj(character -> (char) character))
                .collect(Collectors.toCollection(TreeSet::new));
        classes = new CharClasses(letters);
        width = classes.count();
        List<int[]> rows = new ArrayList<>();
        List<List<Integer>> ends = new ArrayList<>();
        addState(rows, ends);
        for (int keyword = 0; keyword < keywords.size(); keyword++) {
            ends.get(insert(keywords.get(keyword), rows, ends)).add(keyword);
        }
        complete(rows, ends);
        next = new int[rows.size() * width];
        ending = ends.stream()
                .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
        for (int state = 0; state < rows.size(); state++) {
            for (int letter = 0; letter < width; letter++) {
                int target = rows.get(state)[letter];
                next[state * width + letter] = ending[target].length == 0 ? target * width : -target * width;
            }
        }
    }

    private void addState(List<int[]> rows, List<List<Integer>> ends) {
        int[] row = new int[width];
        Arrays.fill(row, NONE);
        rows.add(row);
        ends.add(new ArrayList<>());
    }

    private int insert(String keyword, List<int[]> rows, List<List<Integer>> ends) {
        int state = 0;
        for (int i = 0; i < keyword.length(); i++) {
            int letter = classes.of(keyword.charAt(i));
            if (rows.get(state)[letter] == NONE) {
                rows.get(state)[letter] = rows.size();
                addState(rows, ends);
            }
            state = rows.get(state)[letter];
        }
        return state;
    }

    /** Where no keyword goes on, the longest end of what was read that begins one does. */
    private void complete(List<int[]> rows, List<List<Integer>> ends) {
        int[] fallback = new int[rows.size()];
        Deque<Integer> waiting = new ArrayDeque<>();
        for (int letter = 0; letter < width; letter++) {
            int child = rows.get(0)[letter];
            if (child == NONE) {
                rows.get(0)[letter] = 0;
            } else {
                waiting.add(child);
            }
        }
        while (!waiting.isEmpty()) {
            int state = waiting.remove();
            ends.get(state).addAll(ends.get(fallback[state]));
            for (int letter = 0; letter < width; letter++) {
                int child = rows.get(state)[letter];
                int other = rows.get(fallback[state])[letter];
                if (child == NONE) {
                    rows.get(state)[letter] = other;
                } else {
                    fallback[child] = other;
                    waiting.add(child);
                }
            }
        }
    }

    /** The class of each character, {@link CharClasses#DIGIT} among them; to be read only. */
    byte[] classes() {
        return classes.table();
    }

    /** The table; to be read only. */
    int[] table() {
        return next;
    }

    /** The numbers of the keywords that end in a state, by the entry that led to it, which is negative. */
    int[] endingAt(int entry) {
        return ending[-entry / width];
    }
}
