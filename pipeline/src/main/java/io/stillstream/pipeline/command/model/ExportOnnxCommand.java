package io.stillstream.pipeline.command.model;

import io.stillstream.scorer.export.ExportOptions;
import io.stillstream.scorer.export.OnnxExporter;
import io.stillstream.scorer.export.weights.WeightType;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A Hugging Face directory as an ONNX teacher. */
@Command(
        name = "export-onnx",
        description =
                "Export a Hugging Face directory (Llama, Mistral, Qwen2 and 3, SmolLM3, Gemma 2 and 3, Phi-3, GPT-2,"
                        + " GPT-NeoX, OPT, Bloom) as an ONNX model with a key-value cache.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ExportOnnxCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "FROM",
            description = "The directory of config.json, model.safetensors and tokenizer.json.")
    private Path from = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "TO",
            description = "The directory that model.onnx and the tokenizer's files are written to.")
    private Path to = Path.of("");

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "FP32",
            description =
                    "FP32, or FP16 for a file of half the size; computed in fp32 either way (default: ${DEFAULT-VALUE}).")
    private WeightType weights = WeightType.FP32;

    @Option(
            names = "--no-past",
            description =
                    "Leave out the key-value cache; such a model generates slowly. Models whose rotary embedding is"
                            + " dynamic or longrope need it.")
    private boolean withoutPast;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        NewModel.requireDirectory(spec, to);
        OnnxExporter.export(from, to, new ExportOptions(weights, !withoutPast));
        System.out.println("wrote " + to.resolve("model.onnx"));
        return 0;
    }
}
