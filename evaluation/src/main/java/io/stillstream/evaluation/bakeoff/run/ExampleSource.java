package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.student.inference.StudentGenerator;
import java.util.List;

/** Where a run's examples come from: from texts that were scored before it, or from ones that are written on the way. */
@FunctionalInterface
public interface ExampleSource {

    /**
     * What to train on in a step.
     *
     * @param step from 1
     * @param texts the indices in the stream of the step's texts
     * @param student writes with the weights as trained up to this step; not to be kept
     * @return one for each of the texts, in their order
     */
    List<Example> examples(int step, List<Integer> texts, StudentGenerator student);

    /** The same example of a text at every step. */
    static ExampleSource fixed(List<Example> ofTexts) {
        List<Example> examples = List.copyOf(ofTexts);
        return (step, texts, student) -> texts.stream().map(examples::get).toList();
    }
}
