package io.stillstream.producer.redaction;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.contract.file.Digests;
import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of every hash of something private: without it nobody can try which value a placeholder or an id stands for.
 * HMAC-SHA-256. Thread-safe.
 */
public final class RedactionKey {

    /** In the data directory. */
    public static final String FILE = "redaction.key";

    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;
    private static final int WORD_BYTES = 16;
    private static final String LETTERS = "abcdefghijklmnop";

    private final SecretKeySpec key;

    private RedactionKey(byte[] bytes) {
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** The key that the configuration gives, or else the data directory's, which is made where there is none. */
    public static RedactionKey open(RedactionConfig config, Path dataDirectory) {
        if (!config.key().isEmpty()) {
            return ofText(config.key());
        }
        Path file = dataDirectory.resolve(FILE);
        try {
            PrivateDirectory.createIfAbsent(dataDirectory);
            if (!Files.exists(file)) {
                create(file);
            }
            byte[] found = Files.readAllBytes(file);
            if (found.length != BYTES) {
                throw new ProducerException(file + " has " + found.length + " bytes; expected the " + BYTES
                        + " of a redaction key. Without it, placeholders get other numbers than before: restore it, or"
                        + " remove it for a new one");
            }
            return new RedactionKey(found);
        } catch (IOException e) {
            throw new ProducerException(
                    "the redaction key " + file + " cannot be read or made: " + e
                            + "; redaction.key may hold one instead",
                    e);
        }
    }

    /** Of a text that a person chose. */
    public static RedactionKey ofText(String text) {
        return new RedactionKey(HexFormat.of().parseHex(Digests.sha256(text)));
    }

    /** Complete or not there: two processes that start at once use the same key. */
    private static void create(Path file) throws IOException {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        // A temporary file is open to its owner alone, and so is every other name of it.
        Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), FILE, ".tmp");
        try {
            Files.write(temporary, random);
            Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException e) {
            // The other process was faster.
        } finally {
            Files.delete(temporary);
        }
    }

    /**
     * The keyed hash of texts, each told from the next by its length.
     *
     * @param use keeps hashes for one purpose apart from those for another
     * @return 32 bytes
     */
    public byte[] hash(String use, String... texts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            update(mac, use);
            for (String text : texts) {
                update(mac, text);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }

    private static void update(Mac mac, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        mac.update(bytes);
    }

    /** The keyed hash as a word of 32 letters, 128 bits of it: it holds no digit, so that no detector finds anything in it. */
    public String word(String use, String... texts) {
        byte[] hash = hash(use, texts);
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < WORD_BYTES; i++) {
            word.append(LETTERS.charAt((hash[i] & 0xf0) >> 4)).append(LETTERS.charAt(hash[i] & 0x0f));
        }
        return word.toString();
    }
}
