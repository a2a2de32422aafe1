package io.stillstream.huggingface.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.stillstream.configuration.ProcessMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The process in which a tokenizer is tried, see {@link TokenizerTrial}: it tokenizes texts that are hard for patterns, says on
 * standard output which comes next, and ends itself when a text takes too long or too much memory. It ends with its parent.
 */
final class TokenizerProbe {

    /**
     * What loading the tokenizer, or one text, may take of the processor's time; a text takes some milliseconds. On a busy machine the
     * clock says nothing of the tokenizer.
     */
    static final Duration LONGEST_STEP = Duration.ofSeconds(20);

    /** What the process may take; a tokenizer of 64 MiB takes about half of it. */
    static final long MOST_MEMORY = 2L << 30;

    /** Of Java's own heap, which holds little beside the tokens of one text. */
    static final String HEAP = "-Xmx512m";

    static final int PASSED = 0;
    static final int TOO_LONG = 90;
    static final int TOO_LARGE = 91;

    /** Before the name of what is tried next. */
    static final String STEP = "trying ";

    static final String END = "tried";

    private static final long MILLISECONDS_BETWEEN_LOOKS = 5;
    private static final Path OUT_OF_MEMORY_SCORE = Path.of("/proc/self/oom_score_adj");
    private static final String FIRST_TO_BE_KILLED = "1000";

    private final PrintStream out;
    private volatile Step step = Step.begin();

    /**
     * @param began by the clock
     * @param spent of the processor's time by then
     */
    private record Step(Duration began, Duration spent) {

        static Step begin() {
            return new Step(clock(), processor());
        }

        /** The clock is looked at first, because it costs nothing. */
        boolean takesTooLong() {
            return exceeds(began, clock()) && exceeds(spent, processor());
        }

        private static boolean exceeds(Duration from, Duration to) {
            return to.minus(from).compareTo(LONGEST_STEP) > 0;
        }

        private static Duration clock() {
            return Duration.ofNanos(System.nanoTime());
        }

        /** Of this process; where the system does not tell it, the clock's. */
        private static Duration processor() {
            return ProcessHandle.current().info().totalCpuDuration().orElseGet(Step::clock);
        }
    }

    private TokenizerProbe(PrintStream out) {
        this.out = out;
    }

    /** @param arguments the tokenizer.json; the patterns come on standard input, one a line, and an empty line after them */
    public static void main(String... arguments) throws IOException {
        var probe = new TokenizerProbe(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        probe.watch();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<String> patterns = ProbeTexts.readPatterns(in);
        endWithParent(in);
        try {
            probe.tryAll(Path.of(arguments[0]), ProbeTexts.of(patterns));
        } catch (OutOfMemoryError e) {
            Runtime.getRuntime().halt(TOO_LARGE);
        }
        Runtime.getRuntime().halt(PASSED);
    }

    private void tryAll(Path file, List<ProbeTexts.ProbeText> texts) {
        step("loading it");
        try (HuggingFaceTokenizer tokenizer = TextTokenizer.open(file, false)) {
            for (ProbeTexts.ProbeText text : texts) {
                step(text.name());
                tokenizer.encode(text.text());
            }
        } catch (IOException | RuntimeException e) {
            // The library refuses the file or a text in words: so it will where it is used, and the process goes on.
        }
        out.println(END);
    }

    private void step(String name) {
        out.println(STEP + name);
        step = Step.begin();
    }

    /** A thread of its own, because native code does not look whether it is to stop. */
    private void watch() throws IOException {
        if (Files.isWritable(OUT_OF_MEMORY_SCORE)) {
            // Where the machine has no memory left, this process is to be killed and not its parent.
            Files.writeString(OUT_OF_MEMORY_SCORE, FIRST_TO_BE_KILLED);
        }
        ProcessMemory memory = ProcessMemory.ofThisProcess();
        boolean known = ProcessMemory.isKnown();
        daemon(() -> {
            while (true) {
                if (known && memory.resident() > MOST_MEMORY) {
                    Runtime.getRuntime().halt(TOO_LARGE);
                }
                if (step.takesTooLong()) {
                    Runtime.getRuntime().halt(TOO_LONG);
                }
                Thread.sleep(MILLISECONDS_BETWEEN_LOOKS);
            }
        });
    }

    private static void endWithParent(BufferedReader in) {
        daemon(() -> {
            while (in.read() >= 0) {
                // Nothing more is said; the end is.
            }
            Runtime.getRuntime().halt(TOO_LONG);
        });
    }

    /** Work that is done until the process ends. */
    private interface Endless {

        void run() throws IOException, InterruptedException;
    }

    private static void daemon(Endless work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                Runtime.getRuntime().halt(TOO_LONG);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
