package io.stillstream.producer.parsing.body;

import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Production;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model as far as the line was read: who asked what, and what was answered. Where two fields name the same thing,
 * as the ids of a log and of the answer in it, the first counts and the other is kept in the metadata under its path.
 */
public final class Call {

    private final Times times;
    private final List<Turn> turns = new ArrayList<>();
    private final List<String> tools = new ArrayList<>();
    private final List<String> documents = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final Map<String, String> sampling = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();
    private @Nullable String text;
    private @Nullable String id;
    private @Nullable String conversationId;
    private @Nullable String tenant;
    private @Nullable String model;
    private @Nullable String reference;
    private @Nullable Instant createdAt;
    private boolean everyTurn;
    private boolean continuing;

    public Call(Times times) {
        this.times = times;
    }

    public void id(Field field) {
        id = first(id, field, field.optionalScalar());
    }

    /** The answer's own id. It does not name the call: a cache answers several with one. */
    void answerId(Field field) {
        String found = field.optionalScalar();
        if (found != null && !found.equals(id)) {
            metadata.putIfAbsent("response_id", found);
        }
    }

    public void conversationId(Field field) {
        conversationId = first(conversationId, field, field.optionalScalar());
    }

    public void tenant(Field field) {
        tenant = first(tenant, field, field.optionalScalar());
    }

    public void model(Field field) {
        model = first(model, field, field.optionalScalar());
    }

    /** The first time counts; the others, as when the answer came, must be times too. */
    public void createdAt(Field field) {
        if (!field.empty()) {
            Instant time = times.read(field);
            createdAt = createdAt == null ? time : createdAt;
        }
    }

    public void reference(Field field) {
        if (!field.empty()) {
            reference = first(reference, field, field.anyText());
        }
    }

    /** An object's values by their names; anything else as one value, named as the field is. */
    public void metadata(Field field) {
        Field object = field.unpacked();
        if (object.isObject()) {
            for (String name : object.names()) {
                Field value = object.get(name);
                if (value.present()) {
                    String known = metadata.putIfAbsent(name, value.anyText());
                    if (known != null && !known.equals(value.anyText())) {
                        metadata.put(value.path(), value.anyText());
                    }
                }
            }
        } else if (!field.empty()) {
            metadata.put(field.path(), field.anyText());
        }
    }

    void sampling(String name, Field value) {
        if (value.present()) {
            String json = value.json();
            String known = sampling.putIfAbsent(name, json);
            if (known != null && !known.equals(json)) {
                metadata.put(value.path(), json);
            }
        }
    }

    void tool(String definition) {
        if (!tools.contains(definition)) {
            tools.add(definition);
        }
    }

    void document(Field document) {
        if (!document.isObject()) {
            throw document.invalid("an object");
        }
        documents.add(document.json());
    }

    /** What comes before everything else that was said. */
    void system(Content content) {
        turns.add(0, Turn.of(new Message("system", null, content, List.of(), null, null, null)));
    }

    void turns(List<Turn> more) {
        turns.addAll(more);
    }

    void messages(List<Message> more) {
        more.forEach(message -> turns.add(Turn.of(message)));
    }

    /** A plain text to continue. */
    public void text(String plain) {
        text = plain;
    }

    void answer(Answer answer) {
        answers.add(answer);
    }

    /** Each turn of the assistant is a target, not the last alone. */
    void learnEveryTurn() {
        everyTurn = true;
    }

    /** What the assistant says last, where the conversation ends so, is the beginning of the answer. */
    public void continueLastTurn() {
        continuing = true;
    }

    /** Why the answers end of which nothing else tells it. */
    public void finishReason(Field field) {
        FinishReason reason = FinishReasons.read(field);
        if (reason != null) {
            answers.replaceAll(answer ->
                    answer.finishReason() == null ? new Answer(answer.message(), reason, answer.index()) : answer);
        }
    }

    boolean says(String something) {
        return turns.stream()
                .anyMatch(turn -> turn.message().content().joined().strip().equals(something.strip()));
    }

    /** Every exchange in it, each to be a prompt. */
    public List<Exchange> exchanges() {
        boolean continued = continuing
                && turns.size() > 1
                && turns.get(turns.size() - 1).message().beginsResponse();
        return Exchanges.of(text, turns, answers, tools, documents, everyTurn, continued);
    }

    public @Nullable String id() {
        return id;
    }

    public @Nullable String conversationId() {
        return conversationId;
    }

    public @Nullable String tenant() {
        return tenant;
    }

    public @Nullable String reference() {
        return reference;
    }

    public @Nullable Instant createdAt() {
        return createdAt;
    }

    public Production production() {
        return new Production(model, sampling);
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    private @Nullable String first(@Nullable String known, Field field, @Nullable String found) {
        if (found == null || found.equals(known)) {
            return known;
        }
        if (known == null) {
            return found;
        }
        metadata.putIfAbsent(field.path(), found);
        return known;
    }
}
