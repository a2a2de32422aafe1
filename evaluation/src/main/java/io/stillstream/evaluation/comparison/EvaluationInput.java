package io.stillstream.evaluation.comparison;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.measure.AnsweredChat;
import io.stillstream.evaluation.measure.EvaluationText;
import io.stillstream.scorer.PromptText;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.source.TargetsRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a file that students are to be measured on.
 *
 * @param withoutText records that have no text of the kind chosen, and so are not among the texts
 */
public record EvaluationInput(Path file, String sha256, TextChoice text, List<EvaluationText> texts, int withoutText) {

    public EvaluationInput {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            TextChoice other = text == TextChoice.REFERENCE ? TextChoice.RESPONSE : TextChoice.REFERENCE;
            throw new EvaluationException(
                    withoutText == 0
                            ? file + " has no records; expected at least one"
                            : "none of the " + withoutText + " records of " + file + " has a " + text
                                    + " to measure students on; add one, or try --text " + other);
        }
    }

    /**
     * Prompts as JSON lines; those without an id are named after their line.
     *
     * @param limit the first so many records; 0 for all
     * @throws EvaluationException when the file or a line of it is no such thing
     */
    public static EvaluationInput ofPrompts(Path path, TextChoice text, int limit) {
        InputFile file = InputFile.of(path);
        List<Optional<EvaluationText>> records = file.lines(limit, (node, line) -> text(prompt(node, line), text));
        return of(file, text, records);
    }

    /**
     * The records that a snapshot carries for evaluation.
     *
     * @param limit the first so many records; 0 for all
     * @throws EvaluationException when there is no such file
     */
    public static EvaluationInput ofHeldOut(Path path, TextChoice text, int limit) {
        InputFile file = InputFile.of(path);
        List<TargetsRecord> records;
        try {
            records = HeldOutSet.read(path);
        } catch (ContractException e) {
            throw new EvaluationException(path + " is no file of held-out records: " + e.getMessage(), e);
        }
        return of(
                file,
                text,
                records.stream()
                        .limit(limit == 0 ? records.size() : limit)
                        .map(record -> text(record.targets(), text))
                        .toList());
    }

    /** Of the texts, how many come with a reference that an answer can be scored against. */
    public long withReference() {
        return texts.stream().filter(text -> !text.references().isEmpty()).count();
    }

    private static EvaluationInput of(InputFile file, TextChoice text, List<Optional<EvaluationText>> records) {
        List<EvaluationText> texts = records.stream().flatMap(Optional::stream).toList();
        return new EvaluationInput(file.path(), file.sha256(), text, texts, records.size() - texts.size());
    }

    private static Prompt prompt(ObjectNode node, int line) {
        if (!node.hasNonNull("id")) {
            node.put("id", "line-" + line);
        }
        return PromptCodec.decode(node.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<EvaluationText> text(Prompt prompt, TextChoice choice) {
        Response response = prompt.response();
        boolean produced = choice == TextChoice.RESPONSE;
        String text = !produced ? prompt.reference() : response == null ? null : PromptText.of(response);
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        AnsweredChat chat = null;
        if (prompt.input() instanceof Chat asked) {
            chat = produced && response != null
                    ? new AnsweredChat(asked, response.message(), response.finishReason(), prompt.createdAt())
                    : AnsweredChat.of(asked, text, prompt.createdAt());
        }
        WordedPrompt plain = new WordedPrompt(PromptText.of(prompt), false);
        return Optional.of(new EvaluationText(prompt.id(), chat, plain, text, null, references(prompt.reference())));
    }

    private static Optional<EvaluationText> text(TeacherTargets targets, TextChoice choice) {
        boolean response = choice == TextChoice.RESPONSE;
        String text = response ? targets.responseText() : targets.reference();
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        Chat asked = targets.input() instanceof Chat chat ? chat : null;
        boolean rendered = asked != null && !targets.teacher().template().isEmpty();
        return Optional.of(new EvaluationText(
                targets.promptId(),
                asked == null ? null : AnsweredChat.of(asked, text, targets.createdAt()),
                new WordedPrompt(targets.promptText(), rendered),
                text,
                response ? targets : null,
                references(targets.reference())));
    }

    private static List<String> references(@Nullable String reference) {
        return reference == null ? List.of() : List.of(reference);
    }
}
