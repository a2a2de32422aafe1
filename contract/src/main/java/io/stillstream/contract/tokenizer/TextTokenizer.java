package io.stillstream.contract.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.ContractException;
import io.stillstream.contract.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/** The tokenizer of a model directory, from its {@code tokenizer.json}. Safe for use by several threads. */
public final class TextTokenizer implements AutoCloseable {

    public static final String FILE_NAME = "tokenizer.json";

    static {
        // The library would otherwise look for a cloud to report its use to.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** Any text: the special tokens of a start are the same for all. */
    private static final String SAMPLE = "a";

    private final HuggingFaceTokenizer plain;
    private final int[] startTokens;
    private final TokenBytes tokenBytes;
    private final String sha256;

    private TextTokenizer(HuggingFaceTokenizer plain, int[] startTokens, TokenBytes tokenBytes, String sha256) {
        this.plain = plain;
        this.startTokens = startTokens;
        this.tokenBytes = tokenBytes;
        this.sha256 = sha256;
    }

    /** @throws ContractException when there is no tokenizer, or it cannot be read */
    public static TextTokenizer load(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.isRegularFile(file)) {
            throw new ContractException("no tokenizer.json in " + directory
                    + "; copy the model's tokenizer there as Hugging Face ships it");
        }
        try {
            return new TextTokenizer(
                    open(file, false),
                    startTokens(file),
                    TokenBytes.read(new ObjectMapper().readTree(file.toFile())),
                    Digests.sha256(file));
        } catch (IOException | RuntimeException e) {
            throw new ContractException(file + " is not a tokenizer: " + e.getMessage(), e);
        }
    }

    private static HuggingFaceTokenizer open(Path file, boolean specialTokens) throws IOException {
        return HuggingFaceTokenizer.builder()
                .optTokenizerPath(file)
                .optAddSpecialTokens(specialTokens)
                .optTruncation(false)
                .optPadding(false)
                .build();
    }

    /** The special tokens before the first token of a text itself. */
    private static int[] startTokens(Path file) throws IOException {
        try (HuggingFaceTokenizer special = open(file, true)) {
            Encoding encoding = special.encode(SAMPLE);
            long[] mask = encoding.getSpecialTokenMask();
            int count = 0;
            while (count < mask.length && mask[count] == 1) {
                count++;
            }
            return toInts(Arrays.copyOf(encoding.getIds(), count));
        }
    }

    /** Highest id + 1. */
    public int vocabularySize() {
        return tokenBytes.size();
    }

    /** Of tokenizer.json, hex. */
    public String sha256() {
        return sha256;
    }

    /** The ids of a text, with the special tokens that the tokenizer puts at a start and without those of an end. */
    public int[] encodePrompt(String text) {
        TokenizedResponse cut = cut(text);
        return concatenate(cut.promptIds(), cut.responseIds());
    }

    /**
     * Cuts a prompt and its response as one text, and finds where the response's tokens end.
     *
     * @throws ContractException for an empty response
     */
    public TokenizedResponse encode(String prompt, String response) {
        if (response.isEmpty()) {
            throw new ContractException("the response is empty");
        }
        TokenizedResponse whole = cut(prompt + response);
        int[] ids = whole.responseIds();
        int[] ends = whole.responseEnds();
        int promptBytes = prompt.getBytes(StandardCharsets.UTF_8).length;
        int first = 0;
        while (first < ids.length && ends[first] <= promptBytes) {
            first++;
        }
        return new TokenizedResponse(
                concatenate(whole.promptIds(), Arrays.copyOf(ids, first)),
                Arrays.copyOfRange(ids, first, ids.length),
                Arrays.stream(ends, first, ends.length)
                        .map(end -> end - promptBytes)
                        .toArray());
    }

    /** The bytes a token stands for within a text; none for special tokens. Do not write to it. */
    public byte[] bytes(int id) {
        return tokenBytes.of(id);
    }

    /** The text of tokens that continue another text; an incomplete character at the end is left out. */
    public String text(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenBytes.of(id));
        }
        byte[] utf8 = bytes.toByteArray();
        return new String(utf8, 0, Utf8.completeLength(utf8), StandardCharsets.UTF_8);
    }

    /** The id of a token, special ones included. */
    public OptionalInt id(String token) {
        Encoding encoding = plain.encode(token);
        long[] ids = encoding.getIds();
        boolean whole = ids.length == 1 && encoding.getTokens()[0].equals(token);
        return whole ? OptionalInt.of((int) ids[0]) : OptionalInt.empty();
    }

    @Override
    public void close() {
        plain.close();
    }

    /** The whole text's tokens as one continuation of nothing, and the special tokens of the start as its prompt. */
    private TokenizedResponse cut(String text) {
        Encoding encoding = plain.encode(text);
        int[] ids = toInts(encoding.getIds());
        return new TokenizedResponse(startTokens, ids, ends(ids, encoding, text));
    }

    private int[] ends(int[] ids, Encoding encoding, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] exact = new int[ids.length];
        ByteBuffer rest = ByteBuffer.wrap(utf8);
        for (int i = 0; i < ids.length; i++) {
            byte[] token = tokenBytes.of(ids[i]);
            int skipped = i == 0 && tokenBytes.prefixesSpace() && token.length > 0 && token[0] == ' ' ? 1 : 0;
            ByteBuffer expected = ByteBuffer.wrap(token, skipped, token.length - skipped);
            if (expected.remaining() > rest.remaining()
                    || !rest.slice(rest.position(), expected.remaining()).equals(expected)) {
                return endsOfSpans(encoding, text, utf8.length);
            }
            rest.position(rest.position() + expected.remaining());
            exact[i] = rest.position();
        }
        return rest.hasRemaining() ? endsOfSpans(encoding, text, utf8.length) : exact;
    }

    /** Where a normaliser changed the text, tokens do not spell it; the tokenizer's own spans tell what they cover. */
    private static int[] endsOfSpans(Encoding encoding, String text, int length) {
        var spans = encoding.getCharTokenSpans();
        int[] ends = new int[spans.length];
        int previous = 0;
        for (int i = 0; i < spans.length; i++) {
            int end = spans[i] == null ? previous : Utf8.bytesBefore(text, spans[i].getEnd());
            previous = Math.max(previous, end);
            ends[i] = previous;
        }
        if (ends.length > 0) {
            ends[ends.length - 1] = length;
        }
        return ends;
    }

    private static int[] concatenate(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static int[] toInts(long[] ids) {
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }
}
