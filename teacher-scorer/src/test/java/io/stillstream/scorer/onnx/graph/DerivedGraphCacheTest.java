package io.stillstream.scorer.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DerivedGraphCacheTest {

    private static final ModelProto GRAPH =
            ModelProto.newBuilder().setProducerName("derived").build();

    @TempDir
    private Path directory;

    private Path model;
    private Path userCache;
    private int derivations;

    private ModelProto derivation() {
        derivations++;
        return GRAPH;
    }

    @BeforeEach
    void model() throws IOException {
        model = Files.writeString(
                Files.createDirectory(directory.resolve("model")).resolve("model.onnx"), "weights");
        userCache = directory.resolve("cache");
    }

    @Test
    void path_again_isDerivedOnce() throws IOException {
        Path file = cache().path("backbone", this::derivation);
        assertThat(cache().path("backbone", this::derivation)).isEqualTo(file);
        assertThat(derivations).isEqualTo(1);
        assertThat(ModelProto.parseFrom(Files.readAllBytes(file))).isEqualTo(GRAPH);
        assertThat(file).startsWith(model.resolveSibling(".stillstream"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "half", "another model of somebody else"})
    void path_fileOfOtherContents_isDerivedAgain(String contents) throws IOException {
        Path file = Files.writeString(cache().path("backbone", this::derivation), contents);
        assertThat(cache().path("backbone", this::derivation)).isEqualTo(file);
        assertThat(derivations).isEqualTo(2);
        assertThat(ModelProto.parseFrom(Files.readAllBytes(file))).isEqualTo(GRAPH);
    }

    @Test
    void path_copyOfWeightsOfOtherContents_isMadeAgain() throws IOException {
        Files.writeString(model.resolveSibling("weights.bin"), "0123456789");
        SortedSet<String> external = new TreeSet<>(List.of("weights.bin"));
        Path file = DerivedGraphCache.of(decoder(external), null, Optional.of(userCache))
                .path("backbone", this::derivation);
        Path copy = file.resolveSibling("weights.bin");
        Files.delete(copy);
        Files.writeString(copy, "01234");
        DerivedGraphCache.of(decoder(external), null, Optional.of(userCache)).path("backbone", this::derivation);
        assertThat(copy).hasContent("0123456789");
        assertThat(model.resolveSibling("weights.bin")).hasContent("0123456789");
    }

    @Test
    void of_directoryOpenToOthers_isClosed() throws IOException {
        Path open = Files.createDirectory(model.resolveSibling(".stillstream"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path file = cache().path("backbone", this::derivation);
        for (Path each : List.of(open, file.getParent())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void of_linkInsteadOfADirectory_isNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(model.resolveSibling(".stillstream"), elsewhere);
        assertThat(cache().path("backbone", this::derivation)).startsWith(userCache);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void of_directoryOfAnotherUser_isNotUsed() throws IOException {
        Path foreign = Files.createDirectory(model.resolveSibling(".stillstream"));
        giveAway(foreign);
        assertThat(cache().path("backbone", this::derivation)).startsWith(userCache);
        Path configured = Files.createDirectory(directory.resolve("configured"));
        giveAway(configured);
        DecoderGraph decoder = decoder(new TreeSet<>());
        assertThatThrownBy(() -> DerivedGraphCache.of(decoder, configured, Optional.of(userCache)))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining(configured + " belongs to nobody; expected ")
                .hasMessageContaining("teacher.cache-directory");
    }

    @Test
    void of_noPlace_namesTheSetting() throws IOException {
        Files.createFile(model.resolveSibling(".stillstream"));
        DecoderGraph decoder = decoder(new TreeSet<>());
        assertThatThrownBy(() -> DerivedGraphCache.of(decoder, null, Optional.empty()))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("is no directory")
                .hasMessageContaining("name a directory of this user that can be written in teacher.cache-directory");
    }

    private static void giveAway(Path file) throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give a directory to another user");
        Files.setOwner(
                file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    }

    private DerivedGraphCache cache() {
        return DerivedGraphCache.of(decoder(new TreeSet<>()), null, Optional.of(userCache));
    }

    private DecoderGraph decoder(SortedSet<String> externalFiles) {
        DecoderSignature signature = new DecoderSignature(Map.of(), List.of(), OptionalInt.empty(), false, false);
        return new DecoderGraph(model, ModelProto.getDefaultInstance(), "5a".repeat(32), signature, externalFiles, "");
    }
}
