package io.stillstream.student.transfer;

import io.stillstream.contract.file.FileProblem;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.StoredNames;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.SpecialTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.SharedEmbedding;
import io.stillstream.student.model.StudentConfigs;
import io.stillstream.student.model.StudentInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a student from a teacher's weights under another tokenizer: every weight but the embedding and the LM head is the
 * teacher's, byte for byte; a row of those two is the mean of the teacher's rows that {@link EmbeddingMapping} names, or,
 * where it names none, of the rows of all tokens of the teacher's tokenizer.
 */
public final class TokenizerTransfer {

    private final Path teacherDirectory;
    private final Path tokenizerDirectory;

    /**
     * @param teacherDirectory a Hugging Face directory, tokenizer included
     * @param tokenizerDirectory a directory with a {@code tokenizer.json}; the student's vocabulary is its
     */
    public TokenizerTransfer(Path teacherDirectory, Path tokenizerDirectory) {
        this.teacherDirectory = teacherDirectory;
        this.tokenizerDirectory = tokenizerDirectory;
    }

    /**
     * Writes a Hugging Face directory of the student.
     *
     * @param directory created when missing
     * @throws StudentException when the teacher cannot be read, or a tokenizer has no end of text
     */
    public TransferReport write(Path directory) {
        try {
            requireOther(directory);
            DecoderConfig teacher = DecoderConfig.read(teacherDirectory);
            try (TextTokenizer teacherTokenizer = TextTokenizer.ofDecoder(teacherDirectory);
                    TextTokenizer tokenizer = TextTokenizer.load(tokenizerDirectory);
                    SafetensorsReader weights = SafetensorsReader.ofModel(teacherDirectory)) {
                EmbeddingMapping mapping = EmbeddingMapping.of(
                        teacherDirectory,
                        teacherTokenizer,
                        teacher.architecture().decoderStart(),
                        tokenizerDirectory,
                        tokenizer);
                SpecialTokens special = SpecialTokens.of(tokenizerDirectory, tokenizer);
                int vocabulary = tokenizer.vocabularySize();
                List<TensorData> tensors =
                        tensors(teacher, teacherTokenizer.vocabularySize(), weights, vocabulary, mapping);
                Files.createDirectories(directory);
                StudentInitializer.writeCompanions(
                        directory,
                        tokenizerDirectory,
                        StudentConfigs.withTokenizer(teacherDirectory, vocabulary, special));
                WeightFiles.remove(directory);
                WeightFiles.write(ModelOutput.to(directory), tensors);
                return mapping.report();
            }
        } catch (IOException | HuggingFaceException e) {
            throw new StudentException(
                    "a student could not be written to " + directory + " from " + teacherDirectory + ": "
                            + (e instanceof IOException failure ? FileProblem.of(failure) : e.getMessage()),
                    e);
        }
    }

    /** The teacher's weights are read while the student's are written. */
    private void requireOther(Path directory) throws IOException {
        if (Files.isDirectory(directory)
                && Files.isDirectory(teacherDirectory)
                && Files.isSameFile(directory, teacherDirectory)) {
            throw new StudentException(directory + " is the teacher's own directory; expected another for the student");
        }
    }

    private List<TensorData> tensors(
            DecoderConfig teacher,
            int teacherTokens,
            SafetensorsReader weights,
            int vocabulary,
            EmbeddingMapping mapping) {
        List<TensorData> tensors = new ArrayList<>();
        Architecture architecture = SharedEmbedding.resolve(teacher, weights).architecture();
        StoredNames names = StoredNames.of(architecture, weights.tensors().keySet());
        architecture.parameters().forEach((whole, shape) -> {
            String name = names.stored(whole);
            TensorInfo found = weights.tensors().get(name);
            if (found == null || !found.shape().equals(shape)) {
                throw new StudentException("the weights in " + teacherDirectory
                        + (found == null ? " lack " + name : " have " + name + " with shape " + found.shape())
                        + "; expected it with shape " + shape + " from config.json");
            }
            boolean embedding = whole.equals(architecture.embedding());
            if (embedding || whole.equals(architecture.head())) {
                int width = Math.toIntExact(shape.get(1));
                tensors.add(new MeanRows(weights.floats(name), width, teacherTokens)
                        .tensor(name, vocabulary, embedding ? mapping::input : mapping::output));
            } else {
                tensors.add(weights.data(name));
            }
        });
        return tensors;
    }
}
