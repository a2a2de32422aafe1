package io.stillstream.student.inference;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import java.nio.file.Path;
import java.util.Arrays;

/** A student that answers prompts: before training, or from a snapshot. For one thread. */
public final class AnsweringStudent implements AutoCloseable {

    private final Student student;
    private final StudentGenerator generator;
    private final TextTokenizer tokenizer;

    private AnsweringStudent(Student student, StudentGenerator generator, TextTokenizer tokenizer) {
        this.student = student;
        this.generator = generator;
        this.tokenizer = tokenizer;
    }

    /** @throws StudentException when the directory holds no student with its tokenizer */
    public static AnsweringStudent open(Path directory) {
        try {
            TextTokenizer tokenizer = TextTokenizer.load(directory);
            Student student = Student.load(directory);
            return new AnsweringStudent(student, new StudentGenerator(student), tokenizer);
        } catch (HuggingFaceException e) {
            throw new StudentException("the student cannot be used: " + e.getMessage(), e);
        }
    }

    /** Whether the context window holds the prompt; what is left of it limits the answer. */
    public boolean takes(String prompt) {
        return tokenizer.encodePrompt(prompt).length <= student.config().contextWindow();
    }

    /** The most likely text after the prompt, which is taken as it is. */
    public String answer(String prompt, int maxTokens) {
        int[] ids = generator.greedy(tokenizer.encodePrompt(prompt), maxTokens);
        // A model may have more rows than its tokenizer has tokens; those decode to nothing.
        return tokenizer.text(
                Arrays.stream(ids).filter(id -> id < tokenizer.vocabularySize()).toArray());
    }

    @Override
    public void close() {
        generator.close();
        student.close();
        tokenizer.close();
    }
}
