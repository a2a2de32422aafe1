package io.stillstream.bench.gate;

import io.stillstream.evaluation.measure.EvaluationText;
import io.stillstream.student.inference.WordedPrompt;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * A question about a story with its answer, from FairytaleQA's files. Questions about one story name the same people: a story
 * is a cluster, as a conversation is.
 */
public record StoryQuestion(String story, String question, String answer) {

    private static final String SUFFIX = "-questions.csv";
    private static final CSVFormat WITH_HEADER =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

    /** Of all stories of a directory. */
    public static List<StoryQuestion> read(Path directory) throws IOException {
        List<StoryQuestion> questions = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList()) {
                String name = file.getFileName().toString();
                String story = name.substring(0, name.length() - SUFFIX.length());
                try (Reader reader = Files.newBufferedReader(file)) {
                    for (CSVRecord row : WITH_HEADER.parse(reader)) {
                        questions.add(new StoryQuestion(story, row.get("question"), row.get("answer1")));
                    }
                }
            }
        }
        return questions;
    }

    /** Question and answer are what students are measured on: answers alone are a few bytes. */
    public EvaluationText text() {
        return new EvaluationText(
                story,
                null,
                new WordedPrompt(story.replace('-', ' ') + ".", false),
                " " + question.strip() + " " + answer.strip(),
                null,
                List.of());
    }
}
