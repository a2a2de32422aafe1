package io.stillstream.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Reads the certificate that a server shows. */
final class ServerCertificate {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");
    private static final String ALIAS = "server";

    private ServerCertificate() {}

    /** @throws HttpServerException that names the file, and what was expected in it */
    static SslContextFactory.Server of(TlsConfig config, String section) {
        var tls = new SslContextFactory.Server();
        if (config.keystore().isEmpty()) {
            tls.setKeyStore(keyStore(section, Path.of(config.certificate()), Path.of(config.key())));
            tls.setKeyStorePassword("");
        } else {
            tls.setKeyStorePath(config.keystore());
            tls.setKeyStorePassword(config.keystorePassword());
        }
        return tls;
    }

    private static KeyStore keyStore(String section, Path certificate, Path key) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, privateKey(key), new char[0], certificates(certificate));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new HttpServerException(
                    section + ".tls: the certificate " + certificate + " and the key " + key + " cannot be used (" + e
                            + "); expected PEM files of a certificate and its own private key",
                    e);
        }
    }

    private static Certificate[] certificates(Path file) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(Certificate[]::new);
        }
    }

    private static PrivateKey privateKey(Path file) throws GeneralSecurityException, IOException {
        Matcher pem = KEY.matcher(Files.readString(file));
        if (!pem.find()) {
            throw new InvalidKeySpecException(
                    "no '-----BEGIN PRIVATE KEY-----' in it: expected PKCS#8, not encrypted, as"
                            + " 'openssl pkcs8 -topk8 -nodes' writes it");
        }
        var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // Of another kind, then.
            }
        }
        throw new InvalidKeySpecException("expected a key of " + ALGORITHMS);
    }
}
