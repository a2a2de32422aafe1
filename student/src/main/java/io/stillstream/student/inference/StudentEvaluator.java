package io.stillstream.student.inference;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.batch.Collator;
import io.stillstream.student.batch.MicroBatches;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.model.Precision;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchScriptArchive;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Measures a student on texts without changing it. For the thread that uses the student. */
public final class StudentEvaluator implements AutoCloseable {

    private final Student student;
    private final MicroBatches microBatches;
    private final TorchScriptModule script;
    private final StagingBuffer staging = new StagingBuffer();

    /** @param microBatchTokens the most tokens, padding included, that are in memory at once */
    public StudentEvaluator(Student student, int microBatchTokens) {
        this.student = student;
        this.microBatches = new MicroBatches(student.config(), microBatchTokens);
        this.script = TorchScriptModule.load(archive(student), student.device());
    }

    /** One evaluation for each sequence, in their order. */
    public List<SequenceEvaluation> evaluate(List<TokenSequence> batch) {
        SequenceEvaluation[] evaluations = new SequenceEvaluation[batch.size()];
        for (List<Integer> indices : microBatches.divide(batch)) {
            List<TokenSequence> sequences = indices.stream().map(batch::get).toList();
            staging.clear();
            try (NDManager scope = student.newScope()) {
                NDList arguments = new NDList(student.parameterArguments());
                arguments.addAll(new Collator(scope, staging, student.config()).collate(sequences));
                NDList results = script.call(scope, "evaluate", arguments);
                float[] losses = results.get(0).toFloatArray();
                long[] predictions = results.get(1).toLongArray();
                float[] confidences = results.get(2).toFloatArray();
                int from = 0;
                for (int i = 0; i < indices.size(); i++) {
                    int to = from + sequences.get(i).labels();
                    evaluations[indices.get(i)] = evaluation(losses, predictions, confidences, from, to);
                    from = to;
                }
            }
        }
        return List.of(evaluations);
    }

    @Override
    public void close() {
        script.close();
    }

    public static TorchScriptArchive archive(Student student) {
        return student.archive(
                Precision.FP32, "inference.Inference", List.of("inference", "evaluate", "generate", "slots"), Map.of());
    }

    private static SequenceEvaluation evaluation(
            float[] losses, long[] predictions, float[] confidences, int from, int to) {
        int[] ids =
                Arrays.stream(predictions, from, to).mapToInt(Math::toIntExact).toArray();
        return new SequenceEvaluation(
                Arrays.copyOfRange(losses, from, to), ids, Arrays.copyOfRange(confidences, from, to));
    }
}
