package io.stillstream.pipeline.command;

import io.stillstream.scorer.export.ExportOptions;
import io.stillstream.scorer.export.OnnxExporter;
import io.stillstream.scorer.export.WeightType;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A Hugging Face directory as an ONNX teacher. */
@Command(
        name = "export-onnx",
        description = "Write a Hugging Face Llama directory as an ONNX model with a key-value cache.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ExportOnnxCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FROM", description = "config.json, model.safetensors, tokenizer.json.")
    private Path from = Path.of("");

    @Parameters(index = "1", paramLabel = "TO", description = "Where model.onnx and its companions are written.")
    private Path to = Path.of("");

    @Option(
            names = "--weights",
            defaultValue = "FP32",
            description = "FP32 or FP16, half the file; computed in fp32 either way (default: ${DEFAULT-VALUE}).")
    private WeightType weights = WeightType.FP32;

    @Option(names = "--no-past", description = "Without the key-value cache: scores, and writes slowly.")
    private boolean withoutPast;

    @Override
    public Integer call() {
        OnnxExporter.export(from, to, new ExportOptions(weights, !withoutPast));
        System.out.println("wrote " + to.resolve("model.onnx"));
        return 0;
    }
}
