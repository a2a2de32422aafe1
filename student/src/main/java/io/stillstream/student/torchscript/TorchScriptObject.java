package io.stillstream.student.torchscript;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An instance of a class of an archive.
 *
 * @param className {@code module.Class}
 * @param attributes Boolean, Integer, Double, String, {@code int[]}, {@code double[]} or another object, as the class declares
 *     them
 */
public record TorchScriptObject(String className, Map<String, Object> attributes) {

    public TorchScriptObject {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }
}
