package io.stillstream.producer.source.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.producer.ProducerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFilesTest {

    @TempDir
    private Path directory;

    @BeforeEach
    void create() throws Exception {
        for (String name : List.of("b.jsonl", "a.jsonl.gz", "c.CSV", "notes.txt", ".hidden.jsonl", "odd[1].jsonl")) {
            Files.writeString(directory.resolve(name), "");
        }
        Files.createDirectories(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub/d.jsonl"), "");
    }

    @Test
    void directory_isItsTrafficFilesByName() {
        assertThat(names(directory.toString())).containsExactly("a.jsonl.gz", "b.jsonl", "c.CSV", "odd[1].jsonl");
        assertThat(SourceFiles.isSingle(directory.toString())).isFalse();
    }

    @Test
    void pattern_isWhatMatchesIt() {
        assertThat(names(directory + "/*.jsonl")).containsExactly(".hidden.jsonl", "b.jsonl", "odd[1].jsonl");
        assertThat(names(directory + "/{a,b}.*")).containsExactly("a.jsonl.gz", "b.jsonl");
        assertThat(names(directory + "/**.jsonl")).contains("b.jsonl", "sub/d.jsonl");
        assertThat(names(directory + "/*/d.jsonl")).containsExactly("sub/d.jsonl");
        assertThat(SourceFiles.isSingle(directory + "/*.jsonl")).isFalse();
    }

    @Test
    void fileWhoseNameLooksLikeAPattern_isThatFile() {
        assertThat(names(directory + "/odd[1].jsonl")).containsExactly("odd[1].jsonl");
        assertThat(SourceFiles.isSingle(directory + "/odd[1].jsonl")).isTrue();
    }

    @Test
    void nothingThere_saysWhatWasLookedFor() {
        assertThatThrownBy(() -> SourceFiles.of(directory + "/none.jsonl"))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("none.jsonl");
        assertThatThrownBy(() -> SourceFiles.of(directory + "/*.parquet"))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("no file matches");
        assertThatThrownBy(() -> SourceFiles.of(directory + "/none/*.parquet"))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("no directory");
        Path empty = directory.resolve("sub/empty");
        assertThat(empty.toFile().mkdir()).isTrue();
        assertThatThrownBy(() -> SourceFiles.of(empty.toString()))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("holds no file of prompts");
    }

    private static List<String> names(String source) {
        return SourceFiles.of(source).stream().map(SourceFile::name).toList();
    }
}
