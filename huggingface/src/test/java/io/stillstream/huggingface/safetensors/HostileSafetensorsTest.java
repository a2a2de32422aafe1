package io.stillstream.huggingface.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that look like weights and are none are refused in one line that names what is wrong. */
final class HostileSafetensorsTest {

    /** The tensors of each file have so many bytes. */
    private static final int DATA = 16;

    @TempDir
    private Path directory;

    static List<Arguments> headers() {
        return List.of(
                Arguments.of("{'a':F32[2]@0,8, 'b':F32[2]@4,12, 'c':F32[1]@12,16}", "'b'", "begins at byte"),
                Arguments.of("{'a':F32[2]@0,8, 'b':F32[2]@0,8, 'c':F32[2]@8,16}", "'b'", "no tensor in another"),
                Arguments.of("{'a':F32[1]@0,4, 'b':F32[2]@8,16}", "'b'", "no gap"),
                Arguments.of("{'a':F32[2]@8,16}", "'a'", "no gap"),
                Arguments.of("{'a':F32[2]@0,8}", "expected them to fill the file", "end at byte"),
                Arguments.of("{}", "expected them to fill the file", "end at byte"),
                Arguments.of("{'a':F32[4]@0,16, 'a':F32[4]@0,16}", "the field 'a' is there twice", "header"),
                Arguments.of("{'a':F32[4]@0,18446744073709551632}", "18446744073709551632", "below 2^63"),
                Arguments.of(
                        "{'a':U8[9223372036854775807]@0,9223372036854775807}", "9223372036854775807", "at most 16"),
                Arguments.of("{'a':U8[16]@-9223372036854775807,-9223372036854775791}", "'a'", "data_offsets"),
                Arguments.of("{'a':F32[4]@16,0}", "'a'", "data_offsets [16, 0]"),
                Arguments.of("{'a':F32[4]@0,16,32}", "'a'", "data_offsets [0, 16, 32]"),
                Arguments.of("{'a':F32[4]@0}", "'a'", "data_offsets [0]"),
                Arguments.of("{'a':F32[4]@0,16.5}", "'a'", "16.5"),
                Arguments.of("{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,'16']}}", "'a'", "whole numbers"),
                Arguments.of("{'a':F32[-4]@0,16}", "'a'", "no negative size"),
                Arguments.of("{'a':F32[-2,-2]@0,16}", "'a'", "no negative size"),
                Arguments.of("{'a':F32[4294967296,4294967296]@0,0}", "'a'", "fewer than 2^63 bytes"),
                Arguments.of("{'a':F32[9223372036854775808]@0,16}", "'a'", "below 2^63"),
                Arguments.of("{'a':F128[1]@0,16}", "'F128'", "expected one of [F32"),
                Arguments.of("{'a':{'dtype':7,'shape':[4],'data_offsets':[0,16]}}", "dtype 7", "expected one of"),
                Arguments.of("{'a':{'dtype':'F32','shape':4,'data_offsets':[0,16]}}", "shape 4", "expected a list"),
                Arguments.of("{'a':{'dtype':'F32','shape':[4]}}", "data_offsets missing", "expected a list"),
                Arguments.of("{'a':null}", "'a'", "dtype missing"),
                Arguments.of("{'a\\u001b[2J':F32[4]@0,15}", "\\u001B[2J", "data_offsets"),
                Arguments.of("[1]", "a list of 1", "expected an object"),
                Arguments.of("7 {}", "is not JSON", "more text after the value"),
                Arguments.of("{'a':F32[4]@0,16", "is not JSON", "it ends too early"),
                Arguments.of("{'a':" + "[".repeat(200_000) + "]".repeat(200_000) + "}", "is not JSON", "depth"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void open_headerThatLies_isNamed(String header, String what, String expected) throws IOException {
        Path file = file(header);
        assertThatThrownBy(() -> SafetensorsReader.open(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(what)
                .hasMessageContaining(expected)
                .satisfies(failure ->
                        assertThat(failure.getMessage()).hasLineCount(1).hasSizeLessThan(500));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 1, 9, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE})
    void open_headerLongerThanTheFile_isNamed(long length) throws IOException {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
        Path file = Files.write(directory.resolve("model.safetensors"), bytes);
        assertThatThrownBy(() -> SafetensorsReader.open(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("its header claims " + Long.toUnsignedString(length) + " bytes of a file of 16");
    }

    @Test
    void open_pointerOfGitLfs_isCalledOne() throws IOException {
        Path file = Files.writeString(
                directory.resolve("model.safetensors"),
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
        assertThatThrownBy(() -> SafetensorsReader.open(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(file + " is a pointer of Git LFS");
    }

    @Test
    void open_metadataAndEmptyTensors_areTaken() throws IOException {
        Path file = file("{'__metadata__':{'format':'pt'},'a':F32[4]@0,16,'none':F32[0,7]@16,16,'zero':F32[0]@0,0}   ");
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.tensors().keySet()).containsExactly("a", "none", "zero");
            assertThat(reader.floats("none")).isEmpty();
        }
    }

    @Test
    void ofModel_tensorInTwoShards_isNamed() throws IOException {
        for (String shard : List.of("1.safetensors", "2.safetensors")) {
            Files.copy(file("{'a':F32[4]@0,16}"), directory.resolve(shard));
        }
        Files.delete(directory.resolve("model.safetensors"));
        index("{'weight_map':{'a':'1.safetensors','b':'2.safetensors'}}");
        assertThatThrownBy(() -> SafetensorsReader.ofModel(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("tensor 'a' is in ")
                .hasMessageContaining("expected it once");
    }

    static List<Arguments> indexes() {
        return List.of(
                Arguments.of("{'weight_map':{'a':'../../etc/passwd'}}", "'../../etc/passwd'", "without a directory"),
                Arguments.of("{'weight_map':{'a':'/etc/passwd'}}", "'/etc/passwd'", "without a directory"),
                Arguments.of("{'weight_map':{'a':'..'}}", "'..'", "without a directory"),
                Arguments.of("{'weight_map':{'a':'x\\u0000y'}}", "x\\u0000y", "without a directory"),
                Arguments.of("{'weight_map':{'a':7}}", "names the shard 7", "expected a file's name"),
                Arguments.of("{'weight_map':{'a':{'b':'c'}}}", "an object of 1", "expected a file's name"),
                Arguments.of("{'weight_map':{'a':'gone.safetensors'}}", "gone.safetensors", "is missing"),
                Arguments.of("{'weight_map':{'a':'1','a':'2'}}", "the field 'a' is there twice", "is not JSON"),
                Arguments.of("{'weight_map':[]}", "names no shards", "expected a weight_map"),
                Arguments.of("[[[", "is not JSON", "ends too early"));
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void ofModel_indexThatLies_isNamed(String contents, String what, String expected) throws IOException {
        index(contents);
        assertThatThrownBy(() -> SafetensorsReader.ofModel(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(expected)
                .satisfies(failure -> assertThat(failure.getMessage()).hasLineCount(1));
    }

    private void index(String contents) throws IOException {
        Files.writeString(directory.resolve("model.safetensors.index.json"), contents.replace('\'', '"'));
    }

    /** Of {@code F32[2]@0,8}: a tensor of that type, shape and offsets. */
    private Path file(String header) throws IOException {
        byte[] json = header.replaceAll(
                        "([A-Z]+[0-9]+)\\[([^]]*)]@([-0-9.,]*[0-9])", "{'dtype':'$1','shape':[$2],'data_offsets':[$3]}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + DATA).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(
                directory.resolve("model.safetensors"),
                bytes.putLong(json.length).put(json).array());
    }
}
