package io.stillstream.pipeline.command.model;

import io.stillstream.contract.file.FileProblem;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.text.Printable;
import io.stillstream.evaluation.comparison.StudentSource;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.generate.AnswerLines;
import io.stillstream.pipeline.generate.AnsweringModel;
import io.stillstream.pipeline.generate.AnsweringModel.Answer;
import io.stillstream.pipeline.generate.PromptReader;
import io.stillstream.pipeline.generate.StudentModel;
import io.stillstream.pipeline.generate.TeacherModel;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Logging;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lets a teacher or a student answer prompts, without Kafka: to try it, or for a data set. */
@Command(
        name = "generate",
        description = {
            "Let a teacher or a student answer a prompt, a chat or a file of them, without Kafka.",
            "Chats are rendered with the model's own chat template. A response that a prompt comes with is not looked at."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:the prompt was answered, or at least one of several",
            "1:an error, or no prompt was answered",
            "2:wrong usage"
        })
public final class GenerateCommand implements Callable<Integer> {

    @ArgGroup(multiplicity = "1")
    private Model model = new Model();

    private static final class Model {

        @Option(
                names = "--teacher",
                paramLabel = "DIR",
                description = "The directory of an ONNX model and its tokenizer.")
        private @Nullable Path teacher;

        @Option(
                names = "--student",
                paramLabel = "DIR|SNAPSHOT",
                description = "A Hugging Face directory of a decoder, or a snapshot's id or alias.")
        private @Nullable String student;
    }

    @ArgGroup(multiplicity = "1")
    private Input input = new Input();

    private static final class Input {

        @Option(names = "--prompt", paramLabel = "TEXT", description = "A plain text to continue.")
        private @Nullable String text;

        @Option(
                names = "--chat",
                paramLabel = "FILE|JSON|-",
                description = "A chat to answer: an array of messages, or an object with messages as the OpenAI API has"
                        + " it; a file, the JSON itself, or - for standard input.")
        private @Nullable String chat;

        @Option(
                names = "--prompts",
                paramLabel = "FILE|DIR|PATTERN|-",
                description = "Many prompts: traffic in every form that 'produce' reads.")
        private @Nullable String source;
    }

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write prompts and responses to this file as JSON lines (default: the text of a single answer, the"
                            + " JSON lines of several, to the terminal).")
    private @Nullable Path out;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The model that the student, an adapter, was trained on (default: the one that its"
                    + " adapter_config.json names).")
    private @Nullable Path base;

    @Option(
            names = "--chat-template",
            paramLabel = "FILE|DIR|none",
            description = "The chat template, or its directory; none for plain lines (default: the model's own).")
    private @Nullable Path chatTemplate;

    @Option(
            names = "--teacher-model",
            paramLabel = "FILE",
            description = "The ONNX file within the teacher's directory (teacher.model).")
    private @Nullable Path teacherModel;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The data directory of a snapshot that is named by id or alias (default: ${DEFAULT-VALUE}).")
    private Path dataDirectory = StillstreamConfig.defaults().dataDirectory();

    @Option(
            names = "--repeat",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "Responses to each prompt (default: ${DEFAULT-VALUE}).")
    private int repeat;

    @Option(
            names = "--temperature",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Sampling temperature; 0 decodes greedily (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description =
                    "Sample from the most probable tokens that hold this probability (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--max-tokens",
            paramLabel = "TOKENS",
            defaultValue = "200",
            description = "The most tokens of a response (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Seed of the sampling (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--batch",
            paramLabel = "PROMPTS",
            defaultValue = "32",
            description = "Prompts that a teacher answers at once (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "A teacher's threads; 0 for one on each core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        requireUsable();
        GenerationConfig generation = new GenerationConfig(maxTokens, temperature, topP, seed);
        List<Prompt> prompts = repeated(prompts());
        Logging.toNowhere();
        try (AnsweringModel answering = open(generation)) {
            if (prompts.size() == 1 && out == null) {
                stream(answering, prompts.get(0));
                return CommandLine.ExitCode.OK;
            }
            if (out == null) {
                return write(
                        answering,
                        prompts,
                        EscapedWriter.output(spec.commandLine().getOut()));
            }
            try (Writer file = Files.newBufferedWriter(out)) {
                return write(answering, prompts, file);
            } catch (IOException e) {
                throw new PipelineException("the answers cannot be written to " + out + ": " + FileProblem.of(e), e);
            }
        }
    }

    private AnsweringModel open(GenerationConfig generation) {
        if (model.teacher == null) {
            Path snapshots =
                    dataDirectory.resolve(StillstreamConfig.defaults().trainer().dataDirectory());
            SnapshotStore store = new SnapshotStore(snapshots, Clock.systemUTC());
            StudentSource source = StudentSource.find(Objects.requireNonNull(model.student), store, base);
            if (base != null && !source.isAdapter()) {
                throw wrongUsage("--base is " + base + ", and " + source.name()
                        + " is a whole model; expected --base beside an adapter alone");
            }
            return StudentModel.open(source.directory(), source.model(), chatTemplate, generation, this::tell);
        }
        TeacherConfig defaults = TeacherConfig.of(model.teacher);
        return TeacherModel.open(
                defaults.withDevice(defaults.device(), threads)
                        .withModel(teacherModel)
                        .withChatTemplate(chatTemplate)
                        .withGeneration(generation),
                this::tell);
    }

    private List<Prompt> prompts() {
        PromptReader reader = new PromptReader(System.in, Clock.systemUTC(), this::tell);
        if (input.text != null) {
            return List.of(reader.text(input.text));
        }
        if (input.chat != null) {
            return reader.chat(input.chat);
        }
        String source = Objects.requireNonNull(input.source);
        List<Prompt> found = reader.source(source);
        if (found.isEmpty()) {
            throw new PipelineException("there is no prompt to answer in " + source);
        }
        return found;
    }

    private List<Prompt> repeated(List<Prompt> prompts) {
        List<Prompt> all = new ArrayList<>(prompts);
        for (int round = 2; round <= repeat; round++) {
            for (Prompt prompt : prompts) {
                all.add(prompt.asked(prompt.id() + '#' + round, prompt.createdAt()));
            }
        }
        return all;
    }

    /** Shows the text of one answer while it is written. */
    private void stream(AnsweringModel answering, Prompt prompt) {
        PrintWriter terminal = EscapedWriter.output(spec.commandLine().getOut());
        boolean[] begun = {false};
        Outcome<Answer> outcome;
        try {
            outcome = answering.answer(prompt, piece -> {
                begun[0] = true;
                terminal.print(piece);
                terminal.flush();
            });
        } finally {
            if (begun[0]) {
                terminal.println();
                terminal.flush();
            }
        }
        if (outcome instanceof Outcome.Rejected<Answer> rejected) {
            throw new PipelineException(rejected.rejection().detail());
        }
        if (((Outcome.Accepted<Answer>) outcome).value().finishReason() == FinishReason.LENGTH) {
            tell("the answer was cut off: it reached --max-tokens " + maxTokens + " or the end of the context window");
        }
    }

    /** @return the exit code */
    private int write(AnsweringModel answering, List<Prompt> prompts, Writer writer) throws IOException {
        int answered = 0;
        for (int begin = 0; begin < prompts.size(); begin += batch) {
            List<Prompt> some = prompts.subList(begin, Math.min(begin + batch, prompts.size()));
            List<Outcome<Answer>> outcomes = answering.answer(some);
            for (int i = 0; i < some.size(); i++) {
                if (outcomes.get(i) instanceof Outcome.Accepted<Answer> accepted) {
                    writer.write(AnswerLines.of(some.get(i), accepted.value()));
                    writer.write('\n');
                    answered++;
                } else if (outcomes.get(i) instanceof Outcome.Rejected<Answer> rejected) {
                    tell("prompt '" + Printable.line(some.get(i).id()) + "': "
                            + rejected.rejection().detail());
                }
            }
            writer.flush();
            if (writer instanceof PrintWriter printed && printed.checkError()) {
                // Nobody takes the others.
                break;
            }
        }
        tell("answered " + answered + " of " + prompts.size() + " prompts" + (out == null ? "" : "; wrote " + out));
        return answered == 0 ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private void tell(String sentence) {
        PrintWriter err = EscapedWriter.errors(spec.commandLine().getErr());
        err.println("stillstream: " + sentence);
        err.flush();
    }

    private void requireUsable() {
        requireAtLeastOne("--repeat", repeat);
        requireAtLeastOne("--batch", batch);
        if (teacherModel != null && model.teacher == null) {
            throw wrongUsage("--teacher-model names the file of a teacher; expected --teacher beside it");
        }
        if (base != null && model.student == null) {
            throw wrongUsage("--base is an adapter's; expected --student beside it");
        }
        Path parent = out == null ? null : out.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw wrongUsage("--out is " + out + ", in a directory that does not exist");
        }
    }

    private void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw wrongUsage(option + " is " + value + "; expected at least 1");
        }
    }

    private ParameterException wrongUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
