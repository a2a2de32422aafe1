package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.export.weights.WeightType;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxExporterIT {

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "stories15M"})
    void export_ofARealModel_computesWhatTheGivenGraphComputes(String name) throws Exception {
        Path directory = SharedModels.directory(name);
        OnnxExporter.export(directory.resolve("hf"), temporary, ExportOptions.defaults());
        Random random = new Random(5);
        long[][] ids = new long[2][40];
        for (long[] row : ids) {
            for (int t = 0; t < row.length; t++) {
                row[t] = random.nextInt(3, 500);
            }
        }
        try (RunningModel given = new RunningModel(directory.resolve("model.onnx"));
                RunningModel exported = new RunningModel(temporary.resolve("model.onnx"))) {
            assertThat(exported.inputs()).containsExactlyElementsOf(given.inputs());
            assertThat(exported.outputs()).containsExactlyElementsOf(given.outputs());
            assertClose(exported.run(ids), given.run(ids));

            // One more token for each text, from the caches the two models have just returned.
            long[][] mask = new long[2][41];
            mask[0][40] = mask[1][40] = 1;
            for (int t = 0; t < 40; t++) {
                mask[0][t] = mask[1][t] = 1;
            }
            long[][] next = {{17}, {401}};
            long[][] positions = {{40}, {40}};
            assertClose(exported.run(next, mask, positions, true), given.run(next, mask, positions, true));
        }
    }

    @Test
    void exportWithoutPast_computesWhatTheGivenGraphComputes() throws Exception {
        Path directory = SharedModels.directory("stories260K");
        OnnxExporter.export(directory.resolve("hf"), temporary, new ExportOptions(WeightType.FP32, false));
        long[] ids = new Random(6).longs(60, 3, 500).toArray();
        try (RunningModel given = new RunningModel(directory.resolve("model_no_past.onnx"));
                RunningModel exported = new RunningModel(temporary.resolve("model.onnx"))) {
            assertThat(exported.inputs()).containsExactlyElementsOf(given.inputs());
            assertClose(exported.run(ids), given.run(ids));
        }
    }

    @Test
    void exportAsHalf_isHalfTheFileAndPrefersTheSameTokens() throws Exception {
        Path directory = SharedModels.directory("stories15M");
        OnnxExporter.export(directory.resolve("hf"), temporary, new ExportOptions(WeightType.FP16, true));
        assertThat(Files.size(temporary.resolve("model.onnx")))
                .isLessThan(Files.size(directory.resolve("model.onnx")) / 2 + 100_000);
        long[] ids = new Random(7).longs(60, 3, 500).toArray();
        try (RunningModel given = new RunningModel(directory.resolve("model.onnx"));
                RunningModel exported = new RunningModel(temporary.resolve("model.onnx"))) {
            assertClose(exported.run(ids), given.run(ids), 0.1f);
        }
    }

    @ParameterizedTest
    @CsvSource({"FP32, 1900000000, 1e-4", "FP32, 1000, 1e-4", "FP16, 1900000000, 0.02"})
    void exportedDirectory_isATeacherThatScoresAsTheGivenOne(WeightType type, long inline, float tolerance) {
        Path directory = SharedModels.directory("stories260K");
        OnnxExporter.export(directory.resolve("hf"), temporary, new ExportOptions(type, true), inline);
        TeacherConfig plain = TeacherConfig.of(directory);
        // Not beside the model, which is not ours to write to.
        TeacherConfig besides = plain.withCacheDirectory(temporary.resolve("cache"));
        try (Teacher given = OnnxTeacher.open(besides);
                Teacher exported = OnnxTeacher.open(TeacherConfig.of(temporary))) {
            assertThat(exported.contextWindow()).isEqualTo(given.contextWindow());
            TeacherTokens expected = scored(given).tokens();
            TeacherTokens found = scored(exported).tokens();
            assertThat(found.count()).isEqualTo(expected.count());
            for (int t = 0; t < expected.count(); t++) {
                assertThat(found.logProbability(t)).isCloseTo(expected.logProbability(t), within(tolerance));
            }
        }
    }

    private static ScoredResponse scored(Teacher teacher) {
        ScoringRequest request =
                new ScoringRequest("a", "Once upon a time, there was", " a little girl named Lily. She had a dog.");
        Admission.Admitted admitted = (Admission.Admitted) teacher.admit(request);
        return ((Scoring.Scored) teacher.score(List.of(admitted)).get(0)).response();
    }

    private static void assertClose(float[][][] found, float[][][] expected) {
        assertClose(found, expected, 1e-4f);
    }

    /** Compares the largest difference: an assertion for each of millions of logits takes minutes. */
    private static void assertClose(float[][][] found, float[][][] expected, float tolerance) {
        assertThat(found).hasDimensions(expected.length, expected[0].length);
        float largest = 0;
        for (int b = 0; b < expected.length; b++) {
            for (int t = 0; t < expected[b].length; t++) {
                for (int v = 0; v < expected[b][t].length; v++) {
                    float difference = Math.abs(found[b][t][v] - expected[b][t][v]);
                    largest = difference <= largest ? largest : difference;
                }
            }
        }
        assertThat(largest).isLessThan(tolerance);
    }
}
