package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.trainer.config.TrainerConfig;
import java.util.Map;

/**
 * The whole configuration of an arm.
 *
 * @param teacher how its texts are scored
 * @param trainer how its student is trained
 * @param relevant what its runs depend on, by dotted name
 */
public record ArmSettings(TeacherConfig teacher, TrainerConfig trainer, Map<String, String> relevant) {}
