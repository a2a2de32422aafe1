package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.MicroBatches;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.OnnxTeacher.Answer;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates responses and scores texts with a teacher, each once: the results of earlier runs are read from the cache.
 * Generating and scoring are separate, so that arms whose texts are scored in different ways have the same texts.
 */
public final class CachedTeacher {

    private static final Logger LOG = LoggerFactory.getLogger(CachedTeacher.class);

    /** To be raised whenever a teacher's responses or scores change, so that cached ones are not used. */
    private static final int VERSION = 4;

    private static final String SEPARATOR = "\u0000";

    /** Settings that do not change the result: where files are, and how many threads run. */
    private static final List<String> IRRELEVANT =
            List.of("directory: ", "tokenizer-directory: ", "cache-directory: ", "threads: ");

    /** A prompt as the teacher tokenized it, with its scores. */
    private record ScoredRequest(ScoringRequest request, ScoredResponse scored) {}

    private final ContentCache cache;
    private final ScorerConfig budget;

    public CachedTeacher(Path cache, ScorerConfig budget) {
        this.cache = new ContentCache(cache);
        this.budget = budget;
    }

    /** The prompts with their responses; those that lack one and that the teacher cannot answer are left out. */
    public List<Prompt> withResponses(LazyTeacher teacher, List<Prompt> prompts) {
        List<Prompt> open =
                prompts.stream().filter(prompt -> prompt.response() == null).toList();
        Map<String, Answer> answers = open.isEmpty() ? Map.of() : answers(teacher, open);
        List<Prompt> answered = new ArrayList<>();
        for (Prompt prompt : prompts) {
            Answer answer = answers.get(prompt.id());
            if (prompt.response() != null) {
                answered.add(prompt);
            } else if (answer != null) {
                answered.add(prompt.withResponse(Response.of(answer.text(), answer.finishReason(), Author.TEACHER)));
            }
        }
        warnOf(prompts.size() - answered.size(), "prompts that the teacher cannot respond to");
        return answered;
    }

    /** The teacher's view of the texts, in their order; those that it cannot score are left out. */
    public List<TeacherTargets> scored(LazyTeacher teacher, List<Prompt> texts, Split split) {
        List<String> ingredients = ingredients("targets", teacher.config());
        ingredients.add(split.name());
        texts.forEach(text -> ingredients.add(Digests.sha256(PromptCodec.encode(text))));
        List<TeacherTargets> targets = cache
                .get("targets", ingredients, () -> {
                    LOG.info("scoring {} texts", texts.size());
                    return score(teacher.get(), texts, split);
                })
                .stream()
                .map(TeacherTargetsCodec::decode)
                .toList();
        warnOf(texts.size() - targets.size(), "texts that the teacher cannot score");
        return targets;
    }

    /** The same past the cache, for texts that do not come again. */
    List<TeacherTargets> scoredAfresh(LazyTeacher teacher, List<Prompt> texts, Split split) {
        return score(teacher.get(), texts, split).stream()
                .map(TeacherTargetsCodec::decode)
                .toList();
    }

    private Map<String, Answer> answers(LazyTeacher teacher, List<Prompt> prompts) {
        List<String> ingredients = ingredients("responses", teacher.config());
        prompts.forEach(prompt -> ingredients.add(Digests.sha256(PromptCodec.encode(prompt))));
        Map<String, Answer> answers = new HashMap<>();
        for (byte[] entry : cache.get("responses", ingredients, () -> generate(teacher.get(), prompts))) {
            String[] fields = new String(entry, StandardCharsets.UTF_8).split(SEPARATOR, 3);
            answers.put(fields[0], new Answer(fields[2], FinishReason.valueOf(fields[1])));
        }
        return answers;
    }

    private List<byte[]> generate(OnnxTeacher teacher, List<Prompt> prompts) {
        LOG.info("generating responses to {} prompts", prompts.size());
        List<Admission.Admitted> admitted = new ArrayList<>();
        for (Prompt prompt : prompts) {
            admit(teacher, prompt).ifPresent(admitted::add);
        }
        List<byte[]> entries = new ArrayList<>();
        for (List<Admission.Admitted> batch : batches(admitted)) {
            List<Optional<Answer>> answers = teacher.answer(batch);
            for (int i = 0; i < batch.size(); i++) {
                String id = batch.get(i).request().id();
                answers.get(i)
                        .ifPresent(answer -> entries.add(
                                String.join(SEPARATOR, id, answer.finishReason().name(), answer.text())
                                        .getBytes(StandardCharsets.UTF_8)));
            }
        }
        return entries;
    }

    private List<byte[]> score(OnnxTeacher teacher, List<Prompt> texts, Split split) {
        List<Admission.Admitted> admitted = new ArrayList<>();
        for (Prompt text : texts) {
            admit(teacher, text).ifPresent(admitted::add);
        }
        Map<String, ScoredRequest> outcomes = new HashMap<>();
        for (List<Admission.Admitted> batch : batches(admitted)) {
            List<Scoring> scorings = teacher.score(batch);
            for (int i = 0; i < batch.size(); i++) {
                ScoringRequest request = batch.get(i).request();
                if (scorings.get(i) instanceof Scoring.Scored scored) {
                    outcomes.put(request.id(), new ScoredRequest(request, scored.response()));
                } else if (scorings.get(i) instanceof Scoring.Rejected rejected) {
                    LOG.info(
                            "prompt {} is left out: {}",
                            request.id(),
                            rejected.rejection().detail());
                }
            }
        }
        List<byte[]> records = new ArrayList<>();
        for (Prompt text : texts) {
            ScoredRequest outcome = outcomes.get(text.id());
            if (outcome != null) {
                encode(teacher, text, outcome, split).ifPresent(records::add);
            }
        }
        return records;
    }

    private List<List<Admission.Admitted>> batches(List<Admission.Admitted> admitted) {
        return new MicroBatches(budget.maxBatchTokens(), budget.maxBatchRecords()).of(admitted, Function.identity());
    }

    private static Optional<Admission.Admitted> admit(OnnxTeacher teacher, Prompt prompt) {
        Admission admission = teacher.admit(prompt);
        if (admission instanceof Admission.Rejected rejected) {
            LOG.info(
                    "prompt {} is left out: {}",
                    prompt.id(),
                    rejected.rejection().detail());
            return Optional.empty();
        }
        return Optional.of((Admission.Admitted) admission);
    }

    private static Optional<byte[]> encode(OnnxTeacher teacher, Prompt prompt, ScoredRequest outcome, Split split) {
        try {
            // Not the time of scoring: a cached record must be the same each time it is made.
            return Optional.of(TeacherTargetsCodec.encode(
                    teacher.targets(prompt.withSplit(split), outcome.request(), outcome.scored(), prompt.createdAt())));
        } catch (ContractException e) {
            LOG.info("prompt {} is left out: {}", prompt.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private static List<String> ingredients(String kind, TeacherConfig config) {
        List<String> ingredients = new ArrayList<>();
        ingredients.add(kind + ", version " + VERSION);
        ingredients.add(digest(config.directory()));
        Path tokenizer = config.tokenizerDirectory();
        ingredients.add(tokenizer == null ? "" : digest(tokenizer));
        Path template = config.chatTemplate();
        ingredients.add(template == null || template.equals(ChatTemplateFiles.NONE) ? "" : digest(template));
        EffectiveSettings.describe(config).stream()
                .filter(line -> IRRELEVANT.stream().noneMatch(line::startsWith))
                .forEach(ingredients::add);
        return ingredients;
    }

    /** Of a file, or of a model's directory without its hidden files: derived graphs are cached there. */
    private static String digest(Path part) {
        try (Stream<Path> files = Files.walk(part)) {
            List<String> digests = files.filter(Files::isRegularFile)
                    .map(part::relativize)
                    .filter(file -> !hidden(file))
                    .sorted()
                    .map(file -> file + " " + Digests.sha256(part.resolve(file)))
                    .toList();
            return Digests.sha256(String.join("\n", digests));
        } catch (IOException e) {
            throw new EvaluationException("the teacher's " + part + " cannot be read: " + e, e);
        }
    }

    private static boolean hidden(Path file) {
        for (Path name : file) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static void warnOf(int count, String what) {
        if (count > 0) {
            LOG.warn("left out {} {}", count, what);
        }
    }
}
