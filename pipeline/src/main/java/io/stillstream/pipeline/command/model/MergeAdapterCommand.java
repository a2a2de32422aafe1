package io.stillstream.pipeline.command.model;

import io.stillstream.student.lora.AdapterMerge;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes one model of an adapter and its base. */
@Command(
        name = "merge-adapter",
        description = {
            "Merge a LoRA adapter, such as a snapshot that was trained with trainer.lora, into its base: a Hugging Face"
                    + " directory with the base's configuration and storage type, and the adapter's tokenizer files."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class MergeAdapterCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "ADAPTER",
            description = "The directory of adapter_config.json and adapter_model.safetensors.")
    private Path adapter = Path.of("");

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The Hugging Face directory that the adapter was trained on (default: the one that"
                    + " adapter_config.json names).")
    private @Nullable Path base;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The directory to write.")
    private Path out = Path.of("");

    @Override
    public Integer call() {
        AdapterMerge merge = new AdapterMerge(adapter);
        merge.write(base == null ? merge.base() : base, out);
        System.out.println("wrote " + out);
        return 0;
    }
}
