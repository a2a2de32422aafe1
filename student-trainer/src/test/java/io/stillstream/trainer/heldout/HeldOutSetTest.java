package io.stillstream.trainer.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeldOutSetTest {

    @Test
    void read_afterWrite_givesTheSameRecordsInOrder(@TempDir Path directory) throws IOException {
        var set = new HeldOutSet(2);
        set.add(record(7, "a"), sequence(directory, "a"));
        set.add(record(7, "a"), sequence(directory, "a"));
        set.add(record(9, "b"), sequence(directory, "b"));
        set.add(record(11, "c"), sequence(directory, "c"));
        assertThat(set.size()).isEqualTo(2);
        try (OutputStream out = Files.newOutputStream(directory.resolve("held-out.bin"))) {
            set.write(out);
        }
        List<TargetsRecord> read = HeldOutSet.read(directory.resolve("held-out.bin"));
        assertThat(read)
                .extracting(TargetsRecord::coordinates)
                .containsExactly("teacher-targets-0@7", "teacher-targets-0@9");
        assertThat(TeacherTargetsCodec.encode(read.get(1).targets()))
                .isEqualTo(record(9, "b").raw().value());
    }

    @Test
    void read_anotherVersion_isRefused(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("held-out.bin"), new byte[] {0, 0, 0, 9, 0, 0, 0, 0});
        assertThatThrownBy(() -> HeldOutSet.read(file))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("version 9");
    }

    private static TargetsRecord record(long offset, String response) {
        return Samples.record(offset, Samples.targets("prompt", response));
    }

    private static TokenizedTarget sequence(Path directory, String response) {
        Path student = directory.resolve("student");
        if (!Files.exists(student)) {
            TinyStudent.at(student);
        }
        try (TextTokenizer tokenizer = TextTokenizer.load(student)) {
            var exampleTokenizer = new ExampleTokenizer(
                    tokenizer,
                    DecoderConfig.read(student),
                    StudentWording.teachers(null, tokenizer, DecoderConfig.read(student)));
            return ((Outcome.Accepted<TokenizedTarget>) exampleTokenizer.tokenize(Samples.targets("prompt", response)))
                    .value();
        }
    }
}
