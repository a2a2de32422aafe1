package io.stillstream.huggingface.tokenizer;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.contract.file.Digests;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a new tokenizer once, in a process of its own: the native library has no bound on what a pattern costs, and takes the
 * process with it when one fails. A tokenizer that passed is known by the hash of its files and of the library, in the user's
 * cache, and is not tried again.
 */
final class TokenizerTrial {

    private static final Logger LOG = LoggerFactory.getLogger(TokenizerTrial.class);

    /** Raised whenever other texts are tried. */
    private static final int VERSION = 1;

    /** For all that is tried, where the process that tries it does not end itself: more than a busy machine takes for it. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final String LIBRARY = "/native/lib/tokenizers.properties";

    /** What the library, and where it is unpacked, is told by. */
    private static final List<String> PASSED_ON =
            List.of("ai.djl.", "DJL_", "ENGINE_CACHE_DIR", "OPT_OUT", "java.io.tmpdir", "user.home");

    /** What passed in this process, for where no cache can be kept. */
    private static final Set<String> PASSED = ConcurrentHashMap.newKeySet();

    /** What could not be tried, so that it is said once. */
    private static final Set<String> UNTRIED = ConcurrentHashMap.newKeySet();

    private final List<Path> caches;
    private final List<String> java;

    /**
     * @param caches directories for what passed; the first that can be used is
     * @param java the command that starts a virtual machine of this class path, without a main class
     */
    TokenizerTrial(List<Path> caches, List<String> java) {
        this.caches = caches;
        this.java = java;
    }

    static TokenizerTrial ofThisProcess() {
        List<Path> caches = new ArrayList<>();
        PrivateDirectory.userCache().ifPresent(cache -> caches.add(cache.resolve("tokenizers")));
        caches.add(Path.of(
                System.getProperty("java.io.tmpdir"), "stillstream-" + System.getProperty("user.name"), "tokenizers"));
        return new TokenizerTrial(caches, command());
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                TokenizerProbe.HEAP,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                // Otherwise a file about the crash is left where the command was started.
                "-XX:+ErrorFileToStderr"));
        System.getProperties().forEach((name, value) -> {
            if (PASSED_ON.stream().anyMatch(prefix -> name.toString().startsWith(prefix))) {
                command.add("-D" + name + "=" + value);
            }
        });
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        return command;
    }

    /**
     * @param sha256 of the file, hex
     * @throws HuggingFaceException when it ends, holds up or fills the process that tries it
     */
    void require(Path file, String sha256, TokenizerFile tokenizer) {
        String key = key(file, sha256);
        if (PASSED.contains(key) || UNTRIED.contains(key)) {
            return;
        }
        Optional<Path> cache = cache();
        if (cache.isPresent() && Files.exists(cache.get().resolve(key))) {
            PASSED.add(key);
            return;
        }
        if (passes(file, tokenizer)) {
            PASSED.add(key);
            cache.ifPresent(directory -> keep(directory.resolve(key)));
        } else {
            UNTRIED.add(key);
        }
    }

    /** Whether it is used without having been tried. */
    static boolean isUntried(Path file) {
        return UNTRIED.contains(key(file, Digests.sha256(file)));
    }

    /** As in a process that was just started. */
    static void forgetPassed() {
        PASSED.clear();
    }

    private static String key(Path file, String sha256) {
        Path configuration = file.resolveSibling("tokenizer_config.json");
        return Digests.sha256(String.join(
                " ",
                Integer.toString(VERSION),
                libraryVersion(),
                sha256,
                Files.isRegularFile(configuration) ? Digests.sha256(configuration) : "none"));
    }

    private static String libraryVersion() {
        try (InputStream in = TokenizerTrial.class.getResourceAsStream(LIBRARY)) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** None where none can be written: it is tried each time then. */
    private Optional<Path> cache() {
        for (Path directory : caches) {
            try {
                return Optional.of(PrivateDirectory.create(directory));
            } catch (IOException e) {
                LOG.debug("what passed is not kept in {}: {}", directory, e.toString());
            }
        }
        return Optional.empty();
    }

    /** An empty file, which is there or not, never in part. */
    private static void keep(Path verdict) {
        try {
            Files.createFile(verdict);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("another process has tried it too: {}", verdict);
        } catch (IOException e) {
            LOG.warn(
                    "that the tokenizer passed could not be kept, and it is tried again at the next start: {}",
                    e.toString());
        }
    }

    /** Whether it does; not known where no process can be started, which is logged. */
    private boolean passes(Path file, TokenizerFile tokenizer) {
        List<String> command = new ArrayList<>(java);
        command.add(TokenizerProbe.class.getName());
        command.add(file.toAbsolutePath().toString());
        String output;
        int exit;
        boolean late;
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // It ends itself in time, unless it cannot.
            CompletableFuture<Void> limit = CompletableFuture.runAsync(
                    process::destroyForcibly, CompletableFuture.delayedExecutor(LONGEST.toSeconds(), TimeUnit.SECONDS));
            try (Writer patterns = process.outputWriter(StandardCharsets.UTF_8)) {
                patterns.write(ProbeTexts.written(tokenizer.patterns()));
                patterns.flush();
                output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                exit = process.waitFor();
                late = !limit.cancel(false);
            } finally {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HuggingFaceException("interrupted while the tokenizer " + file + " was tried", e);
        } catch (IOException e) {
            untried(file, e.toString());
            return false;
        }
        Optional<String> last = output.lines()
                .filter(line -> line.startsWith(TokenizerProbe.STEP))
                .reduce((earlier, later) -> later)
                .map(line -> line.substring(TokenizerProbe.STEP.length()));
        if (last.isEmpty()) {
            untried(file, "it ended with exit code " + exit + " before it began");
            return false;
        }
        if (exit == TokenizerProbe.PASSED && output.lines().anyMatch(TokenizerProbe.END::equals)) {
            return true;
        }
        throw new HuggingFaceException("the tokenizer " + file + " cannot be used: on " + last.get() + " it "
                + failure(late ? TokenizerProbe.TOO_LONG : exit)
                + "; a pattern in it is not fit for every text. Copy the tokenizer anew from where the"
                + " model was published, or use another");
    }

    private static String failure(int exit) {
        return switch (exit) {
            case TokenizerProbe.TOO_LONG ->
                "does not come to an end within " + TokenizerProbe.LONGEST_STEP.toSeconds()
                        + " seconds of the processor's time";
            case TokenizerProbe.TOO_LARGE -> "takes more than " + (TokenizerProbe.MOST_MEMORY >> 20) + " MiB of memory";
            default -> "ends the process that tries it (exit code " + exit + ")";
        };
    }

    private static void untried(Path file, String reason) {
        LOG.warn(
                "the tokenizer {} could not be tried in a process of its own ({}) and is used untried: a pattern in it that"
                        + " does not end for a text would end this process",
                file,
                reason);
    }
}
