package io.stillstream.student.model;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.Rope;
import io.stillstream.student.torchscript.TorchScriptArchive;
import io.stillstream.student.torchscript.TorchScriptObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scripts of a decoder: what all families share, and its own under the name {@code decoder}. */
final class DecoderScripts {

    private static final List<String> SHARED = List.of("backbone", "attention", "linears", "lora", "norms", "rotary");
    private static final String DECODER = "decoder";

    private DecoderScripts() {}

    static TorchScriptArchive archive(
            DecoderConfig config,
            Precision precision,
            String className,
            List<String> modules,
            Map<String, Object> attributes) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("training", true);
        all.put("model", decoder(config.architecture()));
        all.putAll(attributes);
        return TorchScriptArchive.ofResources(className, SHARED, all)
                .withResources(modules)
                .withResource(Precision.MODULE, precision.resource())
                .withResource(DECODER, DECODER + "/" + config.architecture().script());
    }

    private static TorchScriptObject decoder(Architecture architecture) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("training", true);
        attributes.put("layers", architecture.dimensions().layers());
        attributes.put("head", architecture.head());
        attributes.put("soft_cap", architecture.logitSoftCap());
        attributes.put("switch", architecture.switchLength());
        architecture.attributes().forEach((name, value) -> attributes.put(name, script(value)));
        return new TorchScriptObject(DECODER + ".Decoder", attributes);
    }

    private static Object script(Object value) {
        return value instanceof Rope rope ? new TorchScriptObject("rotary.Rope", rope.attributes()) : value;
    }
}
