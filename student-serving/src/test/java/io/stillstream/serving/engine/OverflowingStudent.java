package io.stillstream.serving.engine;

import io.stillstream.student.FamilyGolden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A small GPT-NeoX whose logits are not finite once it has read a certain token. */
public final class OverflowingStudent {

    /** Tokens, each a character. */
    private static final int VOCABULARY = 64;

    private static final int FIRST_CHARACTER = 0x4e00;

    private OverflowingStudent() {}

    /**
     * GPT-NeoX's embedding is not its LM head, and layer norm's offset of such numbers is infinite.
     *
     * @param row the token
     */
    public static Path of(Path directory, int row) throws IOException {
        Path model = FamilyGolden.model("gpt_neox", directory);
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header = Math.toIntExact(
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
        String json = new String(bytes, Long.BYTES, header, StandardCharsets.UTF_8);
        Matcher tensor = Pattern.compile(
                        "\"gpt_neox.embed_in.weight\":\\{\"dtype\":\"BF16\",\"shape\":\\[\\d+,(\\d+)\\],"
                                + "\"data_offsets\":\\[(\\d+),")
                .matcher(json);
        if (!tensor.find()) {
            throw new IOException("the golden GPT-NeoX has no embedding in bf16: " + json);
        }
        int width = Integer.parseInt(tensor.group(1));
        int from = Long.BYTES + header + Integer.parseInt(tensor.group(2)) + row * width * Short.BYTES;
        for (int i = from; i < from + width * Short.BYTES; i += Short.BYTES) {
            bytes[i] = 0x7f;
            bytes[i + 1] = 0x7f; // 3.4e38
        }
        Files.write(file, bytes);
        return model;
    }

    /** Its tokenizer: each token is a character. */
    public static void writeTokenizer(Path model) throws IOException {
        String vocabulary = IntStream.range(0, VOCABULARY)
                .mapToObj(id -> "\"" + Character.toString(FIRST_CHARACTER + id) + "\": " + id)
                .collect(Collectors.joining(", "));
        Files.writeString(
                model.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "added_tokens": [],
                 "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": false},
                 "post_processor": null, "decoder": {"type": "Fuse"},
                 "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "%s"}}""".formatted(vocabulary, Character.toString(FIRST_CHARACTER)));
    }
}
