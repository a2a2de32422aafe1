package io.stillstream.http;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The certificate that a server shows: PEM files, or a key store.
 *
 * @param certificate a PEM file: the certificate, then those that it is signed by
 * @param key a PEM file: the certificate's private key, PKCS#8 and not encrypted
 * @param keystore a PKCS#12 or JKS file with both, in place of the two
 * @param keystorePassword of the key store
 */
public record TlsConfig(String certificate, String key, String keystore, String keystorePassword)
        implements HoldsSecrets {

    public TlsConfig {
        Check.that(
                certificate.isEmpty() == key.isEmpty(),
                key.isEmpty() ? "key" : "certificate",
                key.isEmpty() ? key : certificate,
                "a PEM file: tls.certificate and tls.key go together");
        Check.that(
                keystore.isEmpty() || certificate.isEmpty(),
                "keystore",
                keystore,
                "none beside tls.certificate, or no tls.certificate");
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("keystore-password", WHOLE);
    }

    public static TlsConfig none() {
        return new TlsConfig("", "", "", "");
    }

    /** Whether there is a certificate. */
    public boolean enabled() {
        return !certificate.isEmpty() || !keystore.isEmpty();
    }
}
