package io.stillstream.pipeline.demo;

import io.stillstream.contract.text.Printable;
import io.stillstream.pipeline.terminal.LabelledLine;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** One prompt, answered greedily by the student before training, after it, and by the teacher. */
public record SampleAnswers(String before, String after, String teacher) {

    /** In none of the bundled prompts. */
    private static final String PROMPT = "One day, a little bird named Pip found a red button in the grass.";

    private static final int MAX_TOKENS = 80;
    private static final int LABEL_WIDTH = 16;

    public static SampleAnswers of(TeacherConfig teacher, Path initialStudent, Path trainedStudent) {
        return new SampleAnswers(student(initialStudent), student(trainedStudent), teacher(teacher));
    }

    public void print(PrintStream out) {
        out.println();
        LabelledLine.print(out, LABEL_WIDTH, "prompt", PROMPT);
        LabelledLine.print(out, LABEL_WIDTH, "student before", oneLine(before));
        LabelledLine.print(out, LABEL_WIDTH, "student after", oneLine(after));
        LabelledLine.print(out, LABEL_WIDTH, "teacher", oneLine(teacher));
        out.flush();
    }

    private static String student(Path directory) {
        try (AnsweringStudent student = TemplateChoice.own().answering(directory)) {
            return student.answer(PROMPT, MAX_TOKENS);
        }
    }

    private static String teacher(TeacherConfig config) {
        GenerationConfig greedy = new GenerationConfig(MAX_TOKENS, 0, 1, 0);
        try (Teacher teacher = OnnxTeacher.open(config.withGeneration(greedy))) {
            Admission admission = teacher.admit(new ScoringRequest("sample", PROMPT, null));
            if (admission instanceof Admission.Admitted admitted
                    && teacher.score(List.of(admitted)).get(0) instanceof Scoring.Scored scored) {
                return scored.response().text();
            }
            return "";
        }
    }

    private static String oneLine(String text) {
        return Printable.line(text.strip().replaceAll("\\s+", " "));
    }
}
