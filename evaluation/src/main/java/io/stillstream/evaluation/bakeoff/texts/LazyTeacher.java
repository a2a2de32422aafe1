package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import org.jspecify.annotations.Nullable;

/**
 * A teacher that is opened when it is first needed, which is never when everything is cached. When it is needed after it was
 * closed, it is opened again.
 */
public final class LazyTeacher implements AutoCloseable {

    private final TeacherConfig config;
    private @Nullable OnnxTeacher opened;

    public LazyTeacher(TeacherConfig config) {
        this.config = config;
    }

    TeacherConfig config() {
        return config;
    }

    OnnxTeacher get() {
        OnnxTeacher teacher = opened;
        if (teacher == null) {
            teacher = OnnxTeacher.open(config);
            opened = teacher;
        }
        return teacher;
    }

    @Override
    public void close() {
        OnnxTeacher teacher = opened;
        if (teacher != null) {
            opened = null;
            teacher.close();
        }
    }
}
