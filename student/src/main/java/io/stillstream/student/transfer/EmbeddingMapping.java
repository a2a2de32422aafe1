package io.stillstream.student.transfer;

import io.stillstream.huggingface.tokenizer.Retokenizer;
import io.stillstream.huggingface.tokenizer.SpecialTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * For each token of another vocabulary, the rows of a teacher's embedding whose mean is its row. A token of text has the
 * rows of the teacher's tokens that spell it. A special token has the row of the teacher's token of the same role.
 *
 * <p>One that ends a text and also begins one, as GPT-2's {@code <|endoftext|>}, or that ends it in a vocabulary without a
 * beginning, is read where the teacher reads either and written where it writes an end: its input row is the mean of
 * both, its output row the end's. Where one matrix is both, the mean stays: some teachers know their texts' ends by the
 * beginning of the next, and never learnt what their configuration calls the end.
 */
final class EmbeddingMapping {

    private final int[][] inputs;
    private final int[][] outputs;

    /** The teacher's tokens of a special token's role. */
    private record Role(List<Integer> input, List<Integer> output) {}

    private EmbeddingMapping(int[][] inputs, int[][] outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** @param teacherStart the teacher's token before a response where an encoder reads the prompt */
    static EmbeddingMapping of(
            Path teacherDirectory,
            TextTokenizer teacher,
            @Nullable Integer teacherStart,
            Path studentDirectory,
            TextTokenizer student) {
        Map<Integer, Role> roles = roles(teacherDirectory, teacher, studentDirectory, student);
        if (teacherStart != null) {
            addStart(roles, teacherStart, SpecialTokens.of(studentDirectory, student));
        }
        Retokenizer retokenizer = new Retokenizer(teacher);
        int[][] inputs = new int[student.vocabularySize()][];
        int[][] outputs = new int[student.vocabularySize()][];
        for (int id = 0; id < inputs.length; id++) {
            Role role = roles.get(id);
            inputs[id] = role == null ? retokenizer.tokenize(student.bytes(id)) : array(role.input());
            outputs[id] = role == null ? inputs[id] : array(role.output());
        }
        return new EmbeddingMapping(inputs, outputs);
    }

    /** The teacher's rows of a token of the input embedding; none where nothing stands for it. Do not write to them. */
    int[] input(int id) {
        return inputs[id];
    }

    /** The same of an LM head with weights of its own. */
    int[] output(int id) {
        return outputs[id];
    }

    TransferReport report() {
        int whole = (int) Arrays.stream(inputs).filter(rows -> rows.length == 1).count();
        int unknown =
                (int) Arrays.stream(inputs).filter(rows -> rows.length == 0).count();
        return new TransferReport(inputs.length, whole, inputs.length - whole - unknown, unknown);
    }

    /** Later roles win: a token that also pads or stands for the unknown is an end before all. */
    private static Map<Integer, Role> roles(
            Path teacherDirectory, TextTokenizer teacher, Path studentDirectory, TextTokenizer student) {
        Map<Integer, Role> roles = new HashMap<>();
        OptionalInt padding = SpecialTokens.padding(studentDirectory, student);
        OptionalInt unknown = SpecialTokens.unknown(studentDirectory, student);
        if (padding.isPresent()) {
            List<Integer> row = rows(teacher, SpecialTokens.padding(teacherDirectory, teacher));
            roles.put(padding.getAsInt(), new Role(row, row));
        }
        if (unknown.isPresent()) {
            List<Integer> row = rows(teacher, SpecialTokens.unknown(teacherDirectory, teacher));
            roles.put(unknown.getAsInt(), new Role(row, row));
        }
        SpecialTokens known = SpecialTokens.of(teacherDirectory, teacher);
        SpecialTokens special = SpecialTokens.of(studentDirectory, student);
        List<Integer> ends = rows(teacher, known.ends());
        List<Integer> beginnings = known.beginning() == null ? ends : rows(teacher, List.of(known.beginning()));
        Integer beginning = special.beginning();
        if (beginning != null) {
            roles.put(beginning, new Role(beginnings, beginnings));
        }
        for (int end : special.ends()) {
            boolean both = beginning == null || beginning == end;
            roles.put(end, new Role(both ? union(beginnings, ends) : ends, ends));
        }
        return roles;
    }

    /** A token that only pads is the start; one that also begins or ends a text is both where it is read. */
    private static void addStart(Map<Integer, Role> roles, int teacherStart, SpecialTokens special) {
        List<Integer> row = List.of(teacherStart);
        int start = special.start();
        Role known = roles.get(start);
        boolean more = special.ends().contains(start) || Integer.valueOf(start).equals(special.beginning());
        roles.put(
                start,
                more && known != null ? new Role(union(row, known.input()), known.output()) : new Role(row, row));
    }

    private static List<Integer> rows(TextTokenizer teacher, OptionalInt id) {
        return id.isPresent() ? rows(teacher, List.of(id.getAsInt())) : List.of();
    }

    /** Configurations name ids that no vocabulary has, such as −1. */
    private static List<Integer> rows(TextTokenizer teacher, List<Integer> ids) {
        return ids.stream()
                .filter(id -> id >= 0 && id < teacher.vocabularySize())
                .toList();
    }

    private static List<Integer> union(List<Integer> first, List<Integer> second) {
        return Stream.concat(first.stream(), second.stream()).distinct().toList();
    }

    private static int[] array(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
