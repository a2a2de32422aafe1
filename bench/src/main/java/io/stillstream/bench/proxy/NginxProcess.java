package io.stillstream.bench.proxy;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** nginx as a reverse proxy, as one would set it up for streams: nothing buffered, connections kept. */
final class NginxProcess implements AutoCloseable {

    private static final int TRIES = 100;

    private final Process process;
    private final int port;

    private NginxProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Empty where this machine has none. */
    static Optional<NginxProcess> start(Path directory, int upstream) {
        Optional<Path> binary = Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        return binary.map(nginx -> start(nginx, directory, upstream));
    }

    private static NginxProcess start(Path nginx, Path directory, int upstream) {
        try {
            int port = freePort();
            Path configuration =
                    Files.writeString(directory.resolve("nginx.conf"), configuration(directory, upstream, port));
            Process process = new ProcessBuilder(
                            nginx.toString(),
                            "-p",
                            directory.toString(),
                            "-c",
                            configuration.toString(),
                            "-e",
                            "error.log")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("nginx.out").toFile())
                    .start();
            var started = new NginxProcess(process, port);
            started.await(directory);
            return started;
        } catch (IOException e) {
            throw new PipelineException("nginx did not start: " + e.getMessage(), e);
        }
    }

    private static String configuration(Path directory, int upstream, int port) {
        return String.format(Locale.ROOT, """
                daemon off;
                pid nginx.pid;
                worker_processes auto;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  upstream fake { server 127.0.0.1:%2$d; keepalive 256; }
                  server {
                    listen 127.0.0.1:%3$d;
                    keepalive_requests 1000000;
                    location / {
                      proxy_pass http://fake;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_buffering off;
                      proxy_request_buffering off;
                    }
                  }
                }
                """, directory, upstream, port);
    }

    private void await(Path directory) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    break;
                }
                pause();
            }
        }
        close();
        throw new PipelineException("nginx did not start: "
                + Files.readString(directory.resolve("nginx.out")).strip());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
