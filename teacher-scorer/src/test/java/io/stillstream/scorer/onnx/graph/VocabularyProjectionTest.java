package io.stillstream.scorer.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VocabularyProjectionTest {

    private static final int TOKENS = 3000;
    private static final int SIZE = 40;
    private static final int ROWS = 5;
    /** The token that most others count for. */
    private static final int CROWDED = 7;
    /** Three additions a level, and ⌈log₄ 3000⌉ levels, each with half a unit in the last place. */
    private static final double RELATIVE_ERROR = 3 * 6 * 0x1p-24;

    @ParameterizedTest
    @ValueSource(ints = {13, 18})
    void masses_groupsOfManySizes_areSumsToARoundingForEachAddition(int opset) throws OrtException {
        int[] map = map();
        float[][] probabilities = probabilities();
        float[][] masses = masses(map, probabilities, opset);
        for (int row = 0; row < ROWS; row++) {
            double[] expected = new double[SIZE];
            for (int token = 0; token < TOKENS; token++) {
                if (map[token] != VocabularyProjection.NONE) {
                    expected[map[token]] += probabilities[row][token];
                }
            }
            for (int token = 0; token < SIZE; token++) {
                assertThat((double) masses[row][token])
                        .as("token %d", token)
                        .isCloseTo(expected[token], within(expected[token] * RELATIVE_ERROR));
            }
            assertThat(masses[row][CROWDED]).isPositive();
            assertThat(masses[row][SIZE - 1]).as("a token that none counts for").isZero();
            assertThat(masses(map, new float[][] {probabilities[row]}, opset)[0])
                    .as("to the last bit, whatever the rows beside it")
                    .isEqualTo(masses[row]);
        }
    }

    @Test
    void ids_tokenThatCountsForNone_isTheSize() {
        VocabularyProjection projection = new VocabularyProjection(new int[] {2, VocabularyProjection.NONE, 0}, 3);
        assertThat(projection.ids(new int[] {0, 1, 2, 1})).containsExactly(2, 3, 0, 3);
    }

    @Test
    void key_otherMapOrSize_isAnother() {
        String key = new VocabularyProjection(new int[] {2, 0}, 3).key();
        assertThat(new VocabularyProjection(new int[] {2, 0}, 3).key()).isEqualTo(key);
        assertThat(new VocabularyProjection(new int[] {2, 1}, 3).key()).isNotEqualTo(key);
        assertThat(new VocabularyProjection(new int[] {2, 0}, 4).key()).isNotEqualTo(key);
    }

    /** To most tokens a few, to one most, to the last none. */
    private static int[] map() {
        SplittableRandom random = new SplittableRandom(3);
        int[] map = new int[TOKENS];
        Arrays.setAll(map, token -> switch (random.nextInt(8)) {
            case 0 -> VocabularyProjection.NONE;
            case 1 -> random.nextInt(SIZE - 1);
            default -> CROWDED;
        });
        return map;
    }

    private static float[][] probabilities() {
        SplittableRandom random = new SplittableRandom(4);
        float[][] rows = new float[ROWS][TOKENS];
        for (float[] row : rows) {
            for (int token = 0; token < TOKENS; token++) {
                row[token] = (float) Math.exp(-20 * random.nextDouble());
            }
        }
        return rows;
    }

    private static float[][] masses(int[] map, float[][] probabilities, int opset) throws OrtException {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
        OnnxGraph graph = OnnxGraph.appendTo(model.getGraphBuilder().setName("masses"), opset);
        graph.input("probabilities", DataType.FLOAT, "rows", TOKENS);
        graph.output(
                "masses",
                new VocabularyProjection(map, SIZE).masses(graph, graph, "probabilities"),
                DataType.FLOAT,
                "rows",
                SIZE);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model.build().toByteArray());
                OnnxTensor input = OnnxTensor.createTensor(environment, probabilities);
                OrtSession.Result result = session.run(Map.of("probabilities", input))) {
            return (float[][]) result.get(0).getValue();
        }
    }
}
