package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import io.stillstream.contract.file.Digests;
import io.stillstream.scorer.ScorerException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A decoder as it was exported, which writes the logits of all positions. It holds the weights on the Java heap, so drop it once graphs are derived from it.
 *
 * @param file where it was read from
 * @param sha256 of the file, and where it has external data of those files too
 * @param externalFiles files beside the model that hold its weights
 * @param variant part of the directory's name of graphs that are derived from it; empty for the decoder as it was exported
 */
public record DecoderGraph(
        Path file,
        ModelProto model,
        String sha256,
        DecoderSignature signature,
        SortedSet<String> externalFiles,
        String variant) {

    private static final int LOWEST_OPSET = 12;

    public static DecoderGraph read(Path file) {
        ModelProto model = LogitsToKeep.all(parse(file));
        SortedSet<String> externalFiles = externalFiles(model.getGraph(), file);
        String sha256 = digest(file, externalFiles);
        return new DecoderGraph(file, model, sha256, DecoderSignature.of(model.getGraph(), file), externalFiles, "");
    }

    /** The same decoder as the CPU can run it. */
    public DecoderGraph forCpu() {
        if (!Bfloat16Widening.isNarrow(model.getGraph())) {
            return this;
        }
        ModelProto wide = Bfloat16Widening.of(model, file);
        return new DecoderGraph(
                file,
                wide,
                sha256,
                DecoderSignature.of(wide.getGraph(), file),
                externalFiles(wide.getGraph(), file),
                "-fp32");
    }

    /**
     * The same decoder prepared for ONNX Runtime's precise mode ({@code session.x64quantprecision}), which is exact only where
     * every signed weight has a zero point and overlooks the output projection inside loops, whose weights become unsigned.
     */
    public DecoderGraph forPreciseMode() {
        ModelProto explicit = ExplicitZeroPoints.of(model);
        ModelProto exact = UnsignedProjection.of(explicit).orElse(explicit);
        return exact.equals(model)
                ? this
                : new DecoderGraph(file, exact, sha256, signature, externalFiles, variant + "-precise");
    }

    int opset() {
        return opset(model);
    }

    private static int opset(ModelProto model) {
        return model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToInt(set -> (int) set.getVersion())
                .findFirst()
                .orElse(0);
    }

    private static ModelProto parse(Path file) {
        ModelProto model;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            CodedInputStream coded = CodedInputStream.newInstance(in);
            coded.setSizeLimit(Integer.MAX_VALUE);
            model = ModelProto.parseFrom(coded);
        } catch (IOException e) {
            throw new ScorerException(file + " is not an ONNX model: " + e.getMessage(), e);
        }
        int opset = opset(model);
        if (opset < LOWEST_OPSET) {
            throw new ScorerException(
                    file + " is of opset " + opset + "; export it with opset " + LOWEST_OPSET + " or later");
        }
        return model;
    }

    private static SortedSet<String> externalFiles(GraphProto graph, Path file) {
        SortedSet<String> names = new TreeSet<>();
        for (TensorProto initializer : graph.getInitializerList()) {
            if (initializer.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                Optional<String> location = initializer.getExternalDataList().stream()
                        .filter(entry -> entry.getKey().equals("location"))
                        .map(StringStringEntryProto::getValue)
                        .findFirst();
                names.add(location.orElseThrow(() ->
                        new ScorerException(file + " has external data without a location: " + initializer.getName())));
            }
        }
        for (String name : names) {
            Path resolved = file.resolveSibling(name).normalize();
            if (!resolved.startsWith(file.resolveSibling("").normalize()) || !Files.isRegularFile(resolved)) {
                throw new ScorerException(
                        file + " keeps weights in " + name + ", which is not beside it; copy the file there");
            }
        }
        return names;
    }

    private static String digest(Path file, SortedSet<String> externalFiles) {
        String digest = Digests.sha256(file);
        if (externalFiles.isEmpty()) {
            return digest;
        }
        StringBuilder all = new StringBuilder(digest);
        externalFiles.forEach(name -> all.append('\n').append(Digests.sha256(file.resolveSibling(name))));
        return Digests.sha256(all.toString());
    }
}
