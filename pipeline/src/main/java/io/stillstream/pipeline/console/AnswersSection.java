package io.stillstream.pipeline.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.text.Printable;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.StudentException;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenPrompts.Golden;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same prompts answered by snapshot after snapshot: the golden prompts that the trainer records with each. The texts are
 * what they are on the topics, redacted; what could do something to whoever shows them is escaped. For one thread.
 */
final class AnswersSection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AnswersSection.class);

    /** The first of the run, and the newest. */
    private static final int NEWEST = 5;

    /** More of a text is of no use to who compares answers. */
    private static final int LONGEST_TEXT = 4000;

    private final Supplier<List<Snapshot>> snapshots;
    private final Map<String, Map<List<Integer>, String>> answers = new LinkedHashMap<>();
    private final Map<List<Integer>, String> prompts = new LinkedHashMap<>();
    private @Nullable TextTokenizer tokenizer;
    private @Nullable Snapshot first;

    /** @param snapshots newest first */
    AnswersSection(Supplier<List<Snapshot>> snapshots) {
        this.snapshots = snapshots;
    }

    JsonNode read() {
        List<Snapshot> shown = shown();
        answers.keySet()
                .retainAll(shown.stream().map(one -> one.manifest().id()).toList());
        shown.forEach(this::take);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode columns = node.putArray("snapshots");
        shown.forEach(one -> columns.addObject()
                .put("id", Printable.line(one.manifest().id()))
                .put("step", one.manifest().step()));
        ArrayNode rows = node.putArray("prompts");
        if (!shown.isEmpty()) {
            Map<List<Integer>, String> newest = answersOf(shown.get(shown.size() - 1));
            prompts.keySet().retainAll(newest.keySet());
            newest.keySet().forEach(ids -> row(ids, shown, rows.addObject()));
        }
        return node;
    }

    /** Oldest first. */
    private List<Snapshot> shown() {
        List<Snapshot> all = snapshots.get();
        if (all.isEmpty()) {
            return List.of();
        }
        if (first == null) {
            first = all.get(all.size() - 1);
        }
        List<Snapshot> shown = new ArrayList<>();
        shown.add(first);
        for (int i = Math.min(NEWEST, all.size()) - 1; i >= 0; i--) {
            if (!all.get(i).manifest().id().equals(first.manifest().id())) {
                shown.add(all.get(i));
            }
        }
        return shown;
    }

    private void row(List<Integer> ids, List<Snapshot> shown, ObjectNode row) {
        row.put("prompt", prompts.getOrDefault(ids, ""));
        ArrayNode texts = row.putArray("answers");
        for (Snapshot snapshot : shown) {
            texts.add(answersOf(snapshot).get(ids));
        }
    }

    private Map<List<Integer>, String> answersOf(Snapshot snapshot) {
        return answers.getOrDefault(snapshot.manifest().id(), Map.of());
    }

    /** A snapshot's files never change: they are read once. One that is gone keeps what was read of it. */
    private void take(Snapshot snapshot) {
        String id = snapshot.manifest().id();
        Path file = snapshot.directory().resolve(GoldenPrompts.FILE_NAME);
        if (answers.containsKey(id) || !Files.isRegularFile(file)) {
            return;
        }
        Map<List<Integer>, String> read = new LinkedHashMap<>();
        try {
            TextTokenizer words = tokenizer(snapshot.directory());
            for (Golden golden : GoldenPrompts.read(file).prompts()) {
                prompts.computeIfAbsent(golden.prompt(), ids -> text(words, ids));
                read.put(golden.prompt(), text(words, golden.answer()));
            }
        } catch (StudentException | HuggingFaceException e) {
            LOG.debug("the golden prompts of {} could not be read", id, e);
        }
        answers.put(id, read);
    }

    private TextTokenizer tokenizer(Path directory) {
        if (tokenizer == null) {
            tokenizer = TextTokenizer.load(directory);
        }
        return tokenizer;
    }

    private static String text(TextTokenizer tokenizer, List<Integer> ids) {
        String text = tokenizer.text(ids.stream()
                .filter(id -> id >= 0 && id < tokenizer.vocabularySize() && !tokenizer.isSpecial(id))
                .mapToInt(Integer::intValue)
                .toArray());
        return Printable.text(text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…");
    }

    @Override
    public void close() {
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
