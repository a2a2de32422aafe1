package io.stillstream.huggingface.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.stillstream.contract.file.Digests;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The tokenizer of a model directory, from its {@code tokenizer.json}. Safe for use by several threads. */
public final class TextTokenizer implements AutoCloseable {

    public static final String FILE_NAME = "tokenizer.json";

    /**
     * In UTF-16 code units: more than any context window, and so few that no pattern which is fit for texts reaches the bound of
     * the library's regular expressions.
     */
    public static final int LONGEST_TEXT = 4 << 20;

    static {
        // Otherwise the library reports its use over the network.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private static final byte[] SPACE = {' '};

    /** Any text will do: the special tokens of a start do not depend on it. */
    private static final String SAMPLE = "a";

    private final HuggingFaceTokenizer plain;
    private final int[] startTokens;
    private final int[] endTokens;
    private final TokenBytes tokenBytes;
    private final String sha256;

    private TextTokenizer(
            HuggingFaceTokenizer plain, int[] startTokens, int[] endTokens, TokenBytes tokenBytes, String sha256) {
        this.plain = plain;
        this.startTokens = startTokens;
        this.endTokens = endTokens;
        this.tokenBytes = tokenBytes;
        this.sha256 = sha256;
    }

    /**
     * Reads it strictly, tries it in a process of its own where it is new ({@link TokenizerTrial}), and only then loads it.
     *
     * @throws HuggingFaceException when there is no tokenizer, it cannot be read, or it is not fit for every text
     */
    public static TextTokenizer load(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.isRegularFile(file)) {
            throw new HuggingFaceException("no tokenizer.json in " + directory
                    + "; copy the model's tokenizer there as Hugging Face ships it");
        }
        TokenizerFile checked = TokenizerFile.read(file);
        String sha256 = Digests.sha256(file);
        TokenizerTrial.ofThisProcess().require(file, sha256, checked);
        try {
            return open(file, checked.tokenBytes(), sha256);
        } catch (IOException | RuntimeException e) {
            throw new HuggingFaceException(file + " is not a tokenizer: " + e.getMessage(), e);
        }
    }

    /**
     * Loads a decoder's tokenizer. Each of its tokens needs a row of the embedding; the embedding may have more rows.
     *
     * @throws HuggingFaceException as {@link #load} does, or when {@code config.json} beside it is none of a decoder, or has a
     *     smaller vocabulary
     */
    public static TextTokenizer ofDecoder(Path directory) {
        return ofDecoder(directory, DecoderConfig.read(directory));
    }

    /** The same where the decoder is known. */
    public static TextTokenizer ofDecoder(Path directory, DecoderConfig decoder) {
        TextTokenizer tokenizer = load(directory);
        try {
            int ids = tokenizer.vocabularySize();
            int vocabulary = decoder.vocabularySize();
            if (ids > vocabulary) {
                throw new HuggingFaceException("the tokenizer in " + directory + " has ids up to " + (ids - 1)
                        + " and config.json a vocabulary of " + vocabulary
                        + "; expected the tokenizer that the model was trained with");
            }
            return tokenizer;
        } catch (HuggingFaceException e) {
            tokenizer.close();
            throw e;
        }
    }

    static HuggingFaceTokenizer open(Path file, boolean specialTokens) throws IOException {
        return HuggingFaceTokenizer.builder()
                .optTokenizerPath(file)
                .optAddSpecialTokens(specialTokens)
                .optTruncation(false)
                .optPadding(false)
                .build();
    }

    private static TextTokenizer open(Path file, TokenBytes tokenBytes, String sha256) throws IOException {
        try (HuggingFaceTokenizer special = open(file, true)) {
            Encoding encoding = special.encode(SAMPLE);
            int[] ids = toInts(encoding.getIds());
            long[] mask = encoding.getSpecialTokenMask();
            int start = 0;
            while (start < mask.length && mask[start] == 1) {
                start++;
            }
            int end = mask.length;
            while (end > start && mask[end - 1] == 1) {
                end--;
            }
            return new TextTokenizer(
                    open(file, false),
                    Arrays.copyOf(ids, start),
                    Arrays.copyOfRange(ids, end, ids.length),
                    tokenBytes,
                    sha256);
        }
    }

    /** Highest id + 1. */
    public int vocabularySize() {
        return tokenBytes.size();
    }

    /** sha256 of tokenizer.json, hex. */
    public String sha256() {
        return sha256;
    }

    /** Whether the tokenizer puts a space before a text that has none, as SentencePiece does. */
    boolean spacesStarts() {
        return tokenBytes.prefixesSpace();
    }

    /** The ids of a text, with the special tokens that the tokenizer puts at a start and without those of an end. */
    public int[] encodePrompt(String text) {
        TokenizedResponse tokenized = withStart(text);
        return concatenate(tokenized.promptIds(), tokenized.responseIds());
    }

    /** The ids of a text with the special tokens that the tokenizer puts at a start and at an end, as an encoder reads it. */
    public int[] encodeWhole(String text) {
        int[] ids = encodePrompt(text);
        int from = Math.max(0, ids.length - endTokens.length);
        return Arrays.equals(endTokens, Arrays.copyOfRange(ids, from, ids.length)) ? ids : concatenate(ids, endTokens);
    }

    /**
     * Tokenizes a prompt and its response as one text, and finds where the response's tokens end.
     *
     * @throws HuggingFaceException for an empty response
     */
    public TokenizedResponse encode(String prompt, String response) {
        return split(withStart(prompt + response), prompt, response);
    }

    private static TokenizedResponse split(TokenizedResponse whole, String prompt, String response) {
        if (response.isEmpty()) {
            throw new HuggingFaceException("the response is empty");
        }
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

    /** The ids of a text that a chat template rendered. No special token is added, because the text holds its own. */
    public int[] encodeRendered(String text) {
        return toInts(encoding(text).getIds());
    }

    /**
     * Tokenizes a rendered chat and its response. The prompt's ids are those of {@link #encodeRendered(String)}, which a model
     * sees when it generates, unless this tokenizer has to spell the end of the prompt and the start of the response with one
     * token.
     *
     * @throws HuggingFaceException for an empty response
     */
    public TokenizedResponse encodeRendered(String prompt, String response) {
        TokenizedResponse whole = withoutStart(prompt + response);
        int[] promptIds = encodeRendered(prompt);
        int[] ids = whole.responseIds();
        int first = promptIds.length;
        if (first < ids.length && Arrays.equals(promptIds, Arrays.copyOf(ids, first)) && !response.isEmpty()) {
            int promptBytes = prompt.getBytes(StandardCharsets.UTF_8).length;
            // A space that the tokenizer puts before the response is its first token and covers nothing of it.
            int[] ends = Arrays.stream(whole.responseEnds(), first, ids.length)
                    .map(end -> Math.max(0, end - promptBytes))
                    .toArray();
            return new TokenizedResponse(promptIds, Arrays.copyOfRange(ids, first, ids.length), ends);
        }
        if (tokenBytes.prefixesSpace()) {
            return split(whole, prompt, response);
        }
        TokenizedResponse alone = split(withoutStart(response), "", response);
        return new TokenizedResponse(promptIds, alone.responseIds(), alone.responseEnds());
    }

    /** Whether it is a token of control, which no text spells by chance. */
    public boolean isSpecial(int id) {
        return tokenBytes.isSpecial(id);
    }

    /** The bytes a token stands for within a text; none for special tokens. Do not write to it. */
    public byte[] bytes(int id) {
        return tokenBytes.of(id);
    }

    /** The most bytes of a text that one token stands for, special ones included. */
    public int longestToken() {
        return IntStream.range(0, vocabularySize())
                .map(id -> tokenBytes.written(id).length)
                .max()
                .orElse(0);
    }

    /** The token that stands for each text; the first of those that stand for the same. Not of special tokens. */
    public Map<ByteBuffer, Integer> idsByText() {
        Map<ByteBuffer, Integer> ids = new HashMap<>();
        for (int id = 0; id < vocabularySize(); id++) {
            if (bytes(id).length > 0) {
                ids.putIfAbsent(ByteBuffer.wrap(bytes(id)), id);
            }
        }
        return ids;
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
        Encoding encoding = encoding(token);
        long[] ids = encoding.getIds();
        boolean whole = ids.length == 1 && encoding.getTokens()[0].equals(token);
        return whole ? OptionalInt.of((int) ids[0]) : OptionalInt.empty();
    }

    @Override
    public void close() {
        plain.close();
    }

    /**
     * The tokens of a text as a response, after the special tokens of a start as its prompt. A text that begins with these
     * tokens, as a rendered chat in a log does, gets them once.
     */
    private TokenizedResponse withStart(String text) {
        TokenizedResponse alone = withoutStart(text);
        int[] ids = alone.responseIds();
        if (ids.length > startTokens.length && Arrays.equals(startTokens, Arrays.copyOf(ids, startTokens.length))) {
            return alone;
        }
        return new TokenizedResponse(startTokens, alone.responseIds(), alone.responseEnds());
    }

    /** @throws HuggingFaceException for a text that is longer than any context window */
    private Encoding encoding(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new HuggingFaceException(
                    "a text has " + text.length() + " characters; expected at most " + LONGEST_TEXT + " to tokenize");
        }
        return NativeCalls.tokenizing(text.length(), () -> plain.encode(text));
    }

    private TokenizedResponse withoutStart(String text) {
        Encoding encoding = encoding(text);
        int[] ids = toInts(encoding.getIds());
        return new TokenizedResponse(new int[0], ids, ends(ids, encoding, text));
    }

    private int[] ends(int[] ids, Encoding encoding, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] exact = new int[ids.length];
        int covered = 0;
        for (int from = 0; from < ids.length; ) {
            int to = segmentEnd(ids, from);
            int skipped = skippedSpaces(ids, from, to, utf8, covered);
            if (skipped < 0) {
                return endsOfSpans(ids, encoding, text, utf8.length);
            }
            covered -= skipped;
            for (int i = from; i < to; i++) {
                covered += tokenBytes.written(ids[i]).length;
                exact[i] = covered;
            }
            from = to;
        }
        return covered == utf8.length ? exact : endsOfSpans(ids, encoding, text, utf8.length);
    }

    /** A special token is a segment; so is what lies between two of them, which is tokenized, and gets its space, by itself. */
    private int segmentEnd(int[] ids, int from) {
        int to = from + 1;
        while (!tokenBytes.isSpecial(ids[from]) && to < ids.length && !tokenBytes.isSpecial(ids[to])) {
            to++;
        }
        return to;
    }

    /** How many spaces the tokens have more than the text, 0 or 1; -1 where the tokens do not spell the text. */
    private int skippedSpaces(int[] ids, int from, int to, byte[] utf8, int at) {
        ByteArrayOutputStream spelled = new ByteArrayOutputStream();
        for (int i = from; i < to; i++) {
            spelled.writeBytes(tokenBytes.written(ids[i]));
        }
        byte[] bytes = spelled.toByteArray();
        if (startsWith(utf8, at, bytes, 0)) {
            return 0;
        }
        boolean prefixed = tokenBytes.prefixesSpace() && bytes.length > 0 && bytes[0] == ' ';
        return prefixed && startsWith(utf8, at, bytes, 1) ? 1 : -1;
    }

    private static boolean startsWith(byte[] utf8, int at, byte[] bytes, int from) {
        int length = bytes.length - from;
        return length <= utf8.length - at && Arrays.equals(utf8, at, at + length, bytes, from, bytes.length);
    }

    /** For a text that a normaliser changed, which its tokens do not spell: the ends that the tokenizer itself reports. */
    private int[] endsOfSpans(int[] ids, Encoding encoding, String text, int length) {
        var spans = encoding.getCharTokenSpans();
        int[] ends = new int[spans.length];
        int previous = 0;
        for (int i = 0; i < spans.length; i++) {
            var span = spans[i];
            if (span != null) {
                // A tokenizer that leaves spaces out says of a space that it put there itself that it is the next
                // character.
                var next = i + 1 < spans.length && Arrays.equals(tokenBytes.of(ids[i]), SPACE) ? spans[i + 1] : null;
                int end = next == null ? span.getEnd() : Math.min(span.getEnd(), next.getStart());
                previous = Math.max(previous, Utf8.bytesBefore(text, end));
            }
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
