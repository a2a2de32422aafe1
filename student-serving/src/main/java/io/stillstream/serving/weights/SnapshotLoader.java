package io.stillstream.serving.weights;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.huggingface.template.TemplateTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.engine.DecodeEngine;
import io.stillstream.serving.engine.EngineConfig;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.TurnEnds;
import io.stillstream.student.model.Student;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a directory a snapshot that answers: verified, loaded, warm and probed. */
public final class SnapshotLoader {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotLoader.class);

    private static final int ID_DIGITS = 12;

    private final EngineConfig engine;
    private final Clock clock;

    public SnapshotLoader(EngineConfig engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /**
     * @param directory of a published snapshot, or of another student, which has no manifest to be verified by
     * @throws ServingException when it is not what was published, cannot be loaded, or does not answer as it did
     */
    ServedSnapshot load(Path directory) {
        try {
            if (!SnapshotDirectory.isIn(directory)) {
                String hash = unpublishedHash(directory);
                return load(
                        directory,
                        unpublished(directory, hash),
                        hash,
                        clock.instant(),
                        Instant.EPOCH,
                        Optional.empty());
            }
            SnapshotDirectory published = SnapshotDirectory.read(directory);
            published.verify();
            return load(
                    directory,
                    published.manifest().id(),
                    published.contentHash(),
                    published.manifest().createdAt(),
                    published.manifest().newestRecordAt(),
                    published.goldenPrompts());
        } catch (StudentException | HuggingFaceException e) {
            throw new ServingException("the student in " + directory + " cannot be served: " + e.getMessage(), e);
        }
    }

    /** The sha256 of the weights in a directory, as the rollout names them; empty where they cannot be read. */
    static String contentHash(Path directory) {
        try {
            return SnapshotDirectory.isIn(directory)
                    ? SnapshotDirectory.read(directory).contentHash()
                    : unpublishedHash(directory);
        } catch (ServingException | StudentException | HuggingFaceException e) {
            // What is wrong with it is said when it is loaded.
            LOG.debug("the weights in {} have no hash", directory, e);
            return "";
        }
    }

    /**
     * A trainer's snapshot. Without its manifest nothing says whether it is whole, or what it was published as.
     *
     * @throws ServingException as {@link #load(Path)}, and where there is no manifest
     */
    ServedSnapshot loadPublished(Path directory) {
        if (!SnapshotDirectory.isIn(directory)) {
            throw new ServingException("the snapshot in " + directory
                    + " cannot be served: there is no manifest.json; expected a published snapshot's");
        }
        return load(directory);
    }

    private ServedSnapshot load(
            Path directory,
            String id,
            String contentHash,
            Instant createdAt,
            Instant newestRecordAt,
            Optional<GoldenPrompts> golden) {
        ServedSnapshot snapshot = open(directory, id, contentHash, createdAt, newestRecordAt);
        try {
            GoldenProbe.warmUp(snapshot);
            int probed = golden.isPresent() ? new GoldenProbe(snapshot, stored(directory)).require(golden.get()) : 0;
            LOG.info("loaded {} from {}, {} golden prompts answered as published", id, directory, probed);
            return snapshot;
        } catch (RuntimeException e) {
            snapshot.free();
            throw e;
        }
    }

    private ServedSnapshot open(
            Path directory, String id, String contentHash, Instant createdAt, Instant newestRecordAt) {
        Path model = AdapterConfig.model(directory);
        DecoderConfig decoder = DecoderConfig.read(directory, model);
        TextTokenizer tokenizer = TextTokenizer.ofDecoder(directory, decoder);
        try {
            ChatTemplate own = ChatTemplateFiles.find(directory, null);
            ChatTemplate template = own == null ? null : own.withSpecialTokens(TemplateTokens.read(directory));
            List<Integer> ends = new TurnEnds(tokenizer, decoder).all(template);
            Student student = Student.load(directory, null, ends);
            DecodeEngine decoding = engineOf(student);
            return new ServedSnapshot(
                    id,
                    contentHash,
                    createdAt,
                    newestRecordAt,
                    student,
                    tokenizer,
                    template,
                    decoding,
                    decoding.contextTokens());
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private DecodeEngine engineOf(Student student) {
        try {
            return new DecodeEngine(student, engine);
        } catch (RuntimeException e) {
            student.close();
            throw e;
        }
    }

    /** The id of a student that nobody published: its directory's name and its weights. */
    private static String unpublished(Path directory, String contentHash) {
        return directory.toAbsolutePath().normalize().getFileName() + "-" + contentHash.substring(0, ID_DIGITS);
    }

    private static String unpublishedHash(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new ServingException(
                    "there is no student directory " + directory + "; expected a Hugging Face directory");
        }
        return WeightFiles.sha256(directory);
    }

    private static Set<Dtype> stored(Path directory) {
        // An adapter is in single precision; its base is what the trainer computed with.
        if (AdapterConfig.isIn(directory)) {
            return Set.of(Dtype.F32);
        }
        Set<Dtype> types = new HashSet<>();
        try (SafetensorsReader weights = SafetensorsReader.ofModel(directory)) {
            weights.tensors().keySet().forEach(name -> types.add(weights.storedAs(name)));
        }
        return types;
    }
}
