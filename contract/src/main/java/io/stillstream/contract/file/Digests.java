package io.stillstream.contract.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** sha256 of files and texts, in hex: what identifies models, tokenizers and snapshots. */
public final class Digests {

    private static final int CHUNK = 1 << 20;

    /** Of 64 bits. */
    private static final double RANGE = 0x1p64;

    private Digests() {}

    /** @throws UncheckedIOException when the file cannot be read */
    public static String sha256(Path file) {
        MessageDigest digest = digest();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            while (in.read(chunk) >= 0) {
                // Reading is what feeds the digest.
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    public static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The first 64 bits of a text's sha256: what follows from the text alone and looks drawn, such as the seed of draws. */
    public static long bits(String text) {
        return ByteBuffer.wrap(digest().digest(text.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    /** The same bits as a fraction, from 0 to 1: below a share for that share of all texts, and for those of any smaller share. */
    public static double fraction(String text) {
        long bits = bits(text);
        // Without their sign.
        return ((bits >>> 1) * 2.0 + (bits & 1)) / RANGE;
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
