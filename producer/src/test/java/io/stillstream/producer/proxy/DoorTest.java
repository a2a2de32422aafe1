package io.stillstream.producer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.http.HttpServerException;
import io.stillstream.http.TlsConfig;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.proxy.config.RolloutRouting;
import io.stillstream.producer.proxy.config.UpstreamConfig;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may come in, and what of keys goes where. */
final class DoorTest {

    private static final String TOKEN = "0123456789abcdef-token";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static ProxyConfig config(UpstreamConfig upstream, String token, TlsConfig tls, String host) {
        ProxyConfig usual = TestingProxy.config(Map.of("main", upstream));
        return new ProxyConfig(
                host,
                0,
                token,
                tls,
                usual.upstreams(),
                RolloutRouting.defaults(),
                usual.connectTimeout(),
                usual.firstByteTimeout(),
                usual.idleTimeout(),
                usual.upstreamKeepAlive(),
                usual.drainTimeout(),
                usual.maxConnections(),
                usual.maxHeaderBytes(),
                usual.copyBudgetBytes(),
                usual.modelScanBytes());
    }

    private static String call(String headers) {
        return "GET /v1/models HTTP/1.1\r\nHost: p\r\nConnection: close\r\n" + headers + "\r\n";
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Authorization: Bearer wrong\r\n",
                "Authorization: Bearer " + TOKEN + "x\r\n",
                "x-stillstream-token: \r\n",
                "Cookie: x-stillstream-token=" + TOKEN + "\r\n"
            })
    void caller_withoutTheToken_isRefused(String headers) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = new TestingProxy(
                        config(UpstreamConfig.at(upstream.url()), TOKEN, TlsConfig.none(), "127.0.0.1"))) {
            assertThat(text(proxy.exchange(call(headers))))
                    .startsWith("HTTP/1.1 401 Unauthorized\r\n")
                    .contains("\"code\":\"invalid_token\"")
                    .doesNotContain(TOKEN);
            assertThat(upstream.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer ",
                "authorization: bearer ",
                "api-key: ",
                "x-api-key: ",
                "X-Stillstream-Token: "
            })
    void caller_withTheToken_isLetInAndTheTokenStays(String header) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = new TestingProxy(
                        config(UpstreamConfig.at(upstream.url()), TOKEN, TlsConfig.none(), "127.0.0.1"))) {
            assertThat(text(proxy.exchange(call(header + TOKEN + "\r\n")))).endsWith("ok");
            assertThat(upstream.next().head()).doesNotContain(TOKEN);
        }
    }

    @Test
    void caller_withTokenAndOwnKey_sendsItsKeyOn() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = new TestingProxy(
                        config(UpstreamConfig.at(upstream.url()), TOKEN, TlsConfig.none(), "127.0.0.1"))) {
            proxy.exchange("POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: 0\r\n"
                    + "Authorization: Bearer sk-own\r\nx-stillstream-token: " + TOKEN + "\r\n\r\n");
            assertThat(upstream.next().head())
                    .contains("Authorization: Bearer sk-own\r\n")
                    .doesNotContain(TOKEN);
            assertThat(proxy.nextCall().caller()).isEqualTo("sk-own");
        }
    }

    @Test
    void feedback_goesToCaptureAndToNoUpstream() throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = new TestingProxy(
                        config(UpstreamConfig.at(upstream.url()), TOKEN, TlsConfig.none(), "127.0.0.1"))) {
            String post = "POST /v1/feedback HTTP/1.1\r\nHost: p\r\nConnection: close\r\n";
            assertThat(text(proxy.exchange(post + "X-Conversation-Id: c1\r\nAuthorization: Bearer sk-own\r\n"
                            + "X-Stillstream-Token: " + TOKEN + "\r\nContent-Length: 4\r\n\r\n{12}")))
                    .startsWith("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n")
                    .endsWith("\r\n\r\n{12} {x-conversation-id=c1} sk-own");
            assertThat(text(proxy.exchange(post + "Content-Length: 4\r\n\r\n{12}")))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(text(proxy.exchange(
                            post + "Content-Length: 9000000\r\nX-Stillstream-Token: " + TOKEN + "\r\n\r\n{")))
                    .startsWith("HTTP/1.1 413 ");
            assertThat(upstream.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorization", "api-key", "x-api-key"})
    void upstream_withAKey_getsItInPlaceOfTheCallers(String header) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = new TestingProxy(TestingProxy.config(
                        Map.of("main", new UpstreamConfig(upstream.url(), "", List.of(), "sk-upstream", header))))) {
            proxy.exchange(call("Authorization: Bearer sk-own\r\napi-key: sk-own\r\nx-api-key: sk-own\r\n"));
            assertThat(upstream.next().headers())
                    .containsExactlyInAnyOrder(
                            "Host: " + upstream.url().substring(7),
                            header.equals("authorization")
                                    ? "Authorization: Bearer sk-upstream"
                                    : header + ": sk-upstream")
                    .noneMatch(line -> line.contains("sk-own"));
        }
    }

    @Test
    void config_shown_hasNoSecrets() {
        ProxyConfig config = config(
                new UpstreamConfig("https://h/v1", "", List.of(), "sk-upstream", "authorization"),
                TOKEN,
                new TlsConfig("", "", "store.p12", "hunter2"),
                "127.0.0.1");
        assertThat(EffectiveSettings.yaml(config))
                .contains("host: \"127.0.0.1\"")
                .contains("token: '****'")
                .contains("keystore-password: '****'")
                .contains("key: '****'")
                .doesNotContain(TOKEN)
                .doesNotContain("hunter2")
                .doesNotContain("sk-upstream");
    }

    @Test
    void config_openAddressWithoutTlsOrToken_isRefused() {
        UpstreamConfig upstream = UpstreamConfig.at("https://h/v1");
        TlsConfig tls = new TlsConfig("", "", "store.p12", "");
        assertThatThrownBy(() -> config(upstream, TOKEN, TlsConfig.none(), "0.0.0.0"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("host is '0.0.0.0'; expected a loopback address, or proxy.tls to serve others with");
        assertThatThrownBy(() -> config(upstream, "", tls, "0.0.0.0"))
                .hasMessage("host is '0.0.0.0'; expected a loopback address, or proxy.token to know callers by");
        assertThat(config(upstream, TOKEN, tls, "0.0.0.0").host()).isEqualTo("0.0.0.0");
        assertThat(config(upstream, "", TlsConfig.none(), "::1").host()).isEqualTo("::1");
    }

    @Test
    void config_shortToken_isRefusedAndNotShown() {
        assertThatThrownBy(() -> config(UpstreamConfig.at("https://h/v1"), "hunter2", TlsConfig.none(), "127.0.0.1"))
                .hasMessage("token is set, to a value that is not shown; expected 16 to 4096 printable ASCII characters"
                        + " without blanks");
    }

    /** A second request hidden in the body of the first never gets to an upstream. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "Content-Length: +5\r\n\r\nhello",
                "Content-Length: 5 \u000b\r\n\r\nhello",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "X: a\r\n b\r\nContent-Length: 0\r\n\r\n"
            })
    void request_ofTwoMinds_isRefused(String rest) throws Exception {
        try (RawUpstream upstream = RawUpstream.answering(OK);
                TestingProxy proxy = TestingProxy.before(upstream)) {
            String answer = text(proxy.exchange("POST /v1/chat/completions HTTP/1.1\r\nHost: p\r\n" + rest));
            assertThat(answer).containsPattern("^HTTP/1.1 (400|501) ").contains("\"code\":\"bad_request\"");
            assertThat(upstream.connections()).isZero();
        }
    }

    @Test
    void tls_pemAndKeyStore_serve(@TempDir Path directory) throws Exception {
        KeyStore store = keyStore(directory);
        Path certificate =
                pem(directory, "CERTIFICATE", store.getCertificate("proxy").getEncoded());
        Path key = pem(
                directory,
                "PRIVATE KEY",
                store.getKey("proxy", "changeit".toCharArray()).getEncoded());
        for (TlsConfig tls : List.of(
                new TlsConfig(certificate.toString(), key.toString(), "", ""),
                new TlsConfig("", "", directory.resolve("store.p12").toString(), "changeit"))) {
            try (RawUpstream upstream = RawUpstream.answering(OK);
                    TestingProxy proxy =
                            new TestingProxy(config(UpstreamConfig.at(upstream.url()), TOKEN, tls, "127.0.0.1"));
                    Socket socket = connect(proxy, store)) {
                assertThat(proxy.address().getScheme()).isEqualTo("https");
                RawUpstream.write(socket.getOutputStream(), call("Authorization: Bearer " + TOKEN + "\r\n"));
                assertThat(text(socket.getInputStream().readAllBytes())).endsWith("ok");
            }
        }
    }

    /** The watch of a caller works through TLS too. */
    @Test
    void tls_callerGone_closesTheUpstream(@TempDir Path directory) throws Exception {
        KeyStore store = keyStore(directory);
        TlsConfig tls = new TlsConfig("", "", directory.resolve("store.p12").toString(), "changeit");
        try (RawUpstream upstream = RawUpstream.answering("");
                TestingProxy proxy = new TestingProxy(config(UpstreamConfig.at(upstream.url()), "", tls, "127.0.0.1"));
                Socket socket = connect(proxy, store)) {
            RawUpstream.write(socket.getOutputStream(), call(""));
            upstream.next();
            TimeUnit.MILLISECONDS.sleep(30);
            socket.close();
            upstream.nextClosed();
        }
    }

    @Test
    void tls_filesThatAreNone_areNamed(@TempDir Path directory) throws Exception {
        Path none = Files.writeString(directory.resolve("x.pem"), "-----BEGIN RSA PRIVATE KEY-----\n");
        assertThatThrownBy(() -> new TestingProxy(config(
                        UpstreamConfig.at("http://127.0.0.1:1"),
                        "",
                        new TlsConfig(none.toString(), none.toString(), "", ""),
                        "127.0.0.1")))
                .isInstanceOf(HttpServerException.class)
                .hasMessageContaining("x.pem")
                .hasMessageContaining("PKCS#8");
    }

    private static KeyStore keyStore(Path directory) throws Exception {
        Path file = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "proxy",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1,dns:localhost")
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor())
                .as(text(keytool.getInputStream().readAllBytes()))
                .isZero();
        return KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
    }

    private static Path pem(Path directory, String kind, byte[] bytes) throws IOException {
        return Files.writeString(
                directory.resolve(kind.toLowerCase(Locale.ROOT).replace(' ', '-') + ".pem"),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + kind
                        + "-----\n");
    }

    private static Socket connect(TestingProxy proxy, KeyStore store) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("proxy", store.getCertificate("proxy"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var socket = (SSLSocket) context.getSocketFactory()
                .createSocket(proxy.address().getHost(), proxy.address().getPort());
        socket.setSoTimeout(15_000);
        return socket;
    }
}
