package io.stillstream.pipeline.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.parsing.field.StrictJson;
import io.stillstream.producer.source.Line;
import io.stillstream.producer.source.LineSource;
import io.stillstream.producer.source.Polled;
import io.stillstream.producer.source.Sources;
import io.stillstream.producer.source.file.SourceFile;
import io.stillstream.producer.source.file.SourceFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads prompts in every shape that the producer reads, and chats that are given by hand. */
public final class PromptReader {

    private static final String CHAT_NAME = "the chat";
    private static final String MESSAGES = "messages";
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final InputStream input;
    private final Clock clock;
    private final Consumer<String> rejected;

    /**
     * @param input what {@code -} stands for
     * @param rejected given a sentence for each line that gives no prompt
     */
    public PromptReader(InputStream input, Clock clock, Consumer<String> rejected) {
        this.input = input;
        this.clock = clock;
        this.rejected = rejected;
    }

    /** A text to continue. */
    public Prompt text(String text) {
        return Prompt.of("prompt", new PlainText(text), clock.instant());
    }

    /**
     * A chat: an array of messages, or an object as a line of traffic has it.
     *
     * @param chat JSON, a file of it, or {@code -}
     * @throws PipelineException when it is no chat, saying what is wrong
     */
    public List<Prompt> chat(String chat) {
        String json = json(chat);
        byte[] line = asLine(json).getBytes(StandardCharsets.UTF_8);
        Outcome<List<Prompt>> parsed = parser(CHAT_NAME).parse(new Line(1, line, line.length));
        if (parsed instanceof Outcome.Rejected<List<Prompt>> problem) {
            throw new PipelineException(CHAT_NAME + ": " + problem.rejection().detail());
        }
        return ((Outcome.Accepted<List<Prompt>>) parsed).value();
    }

    /**
     * The prompts of a source, as {@code run} and {@code produce} read it.
     *
     * @param source a file, a directory, a pattern, or {@code -}
     */
    public List<Prompt> source(String source) {
        List<Prompt> prompts = new ArrayList<>();
        int maxLineBytes = TrafficConfig.reading(source).maxLineBytes();
        if (SourceFiles.isStream(source)) {
            try (LineSource lines = Sources.stream(source, input, maxLineBytes)) {
                read(lines, prompts);
            }
            return prompts;
        }
        for (SourceFile file : SourceFiles.of(source)) {
            try (LineSource lines = Sources.open(file, maxLineBytes, 0)) {
                read(lines, prompts);
            }
        }
        return prompts;
    }

    private void read(LineSource lines, List<Prompt> prompts) {
        PromptParser parser = parser(lines.name());
        try {
            boolean more = true;
            while (more) {
                Polled polled = lines.poll(PATIENCE);
                if (polled instanceof Line line && !line.blank()) {
                    Outcome<List<Prompt>> parsed = parser.parse(line);
                    if (parsed instanceof Outcome.Accepted<List<Prompt>> found) {
                        prompts.addAll(found.value());
                    } else if (parsed instanceof Outcome.Rejected<List<Prompt>> problem) {
                        reject(lines, line, problem.rejection());
                    }
                } else if (polled instanceof Polled.Unusable unusable) {
                    reject(lines, unusable.line(), unusable.rejection());
                    more = !unusable.damaged();
                } else {
                    more = !(polled instanceof Polled.End);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while reading prompts from " + lines.name(), e);
        }
    }

    private void reject(LineSource lines, Line line, Rejection rejection) {
        rejected.accept(lines.name() + ", line " + line.number() + ": " + rejection.detail());
    }

    private PromptParser parser(String name) {
        return new PromptParser(name, TrafficConfig.reading(name), clock, new UnknownFields());
    }

    private String json(String chat) {
        String stripped = chat.strip();
        if (stripped.startsWith("[") || stripped.startsWith("{")) {
            return stripped;
        }
        try {
            if (chat.equals(TrafficConfig.STANDARD_INPUT)) {
                return new String(input.readAllBytes(), StandardCharsets.UTF_8);
            }
            Path file = Path.of(chat);
            if (!Files.exists(file) || Files.isDirectory(file)) {
                throw new PipelineException("there is no file " + file
                        + " with a chat; expected a file of JSON, JSON itself, or - for standard input");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new PipelineException("cannot read the chat " + chat + ": " + e, e);
        }
    }

    /** Messages alone become the line of traffic that holds them; what is no JSON is left for the parser to say so. */
    private static String asLine(String json) {
        try {
            JsonNode node = StrictJson.parse(json);
            boolean message = node.has("role") && !node.has(MESSAGES);
            if (!node.isArray() && !message) {
                return json;
            }
            ObjectNode line = StrictJson.object();
            line.set(MESSAGES, node.isArray() ? node : StrictJson.array().add(node));
            return line.toString();
        } catch (JsonProcessingException e) {
            return json;
        }
    }
}
