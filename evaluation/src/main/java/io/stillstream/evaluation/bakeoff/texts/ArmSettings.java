package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.trainer.config.TrainerConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration of an arm.
 *
 * @param teacher how its texts are scored
 * @param trainer how its student is trained
 * @param studentTexts how its student writes texts anew; null where it writes none
 * @param relevant what its runs depend on, by dotted name
 */
public record ArmSettings(
        TeacherConfig teacher,
        TrainerConfig trainer,
        @Nullable StudentTextsConfig studentTexts,
        Map<String, String> relevant) {}
