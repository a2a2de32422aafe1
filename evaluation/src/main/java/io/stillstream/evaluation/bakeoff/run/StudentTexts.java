package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.writing.StudentAnswer;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.evaluation.bakeoff.writing.WrittenTextScorer;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The examples of one run in which the student in training writes some texts anew.
 *
 * <p>At the steps 1, 1 + n, 1 + 2n, … it answers the prompts of the chosen texts of the n steps from there, a text once, with
 * the weights that it has then; the teacher scores the answers, and their records stand for the chosen texts in these steps.
 * Whether a text is chosen follows from the run's seed and the prompt's id, so it is the same whenever the text comes. Where
 * the student writes nothing, or the teacher rejects it, the stream's own example stays.
 */
public final class StudentTexts implements ExampleSource, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StudentTexts.class);

    private final Arm arm;
    private final StudentTextsConfig config;
    private final WrittenTextScorer scorer;
    private final ExampleSource stream;
    private final Schedule schedule;
    private final long seed;
    private final ExampleTokenizer preparer;
    private final TextTokenizer tokenizer;
    private final TransportPlans plans;
    private final ExampleBuilder builder;

    /** By text, those of the present interval. */
    private final Map<Integer, Example> written = new HashMap<>();

    private long chosenTexts;
    private long writtenTexts;

    /**
     * @param stream the examples of the texts as they are
     * @param schedule of the run, which asks for a step's examples when it has taken the step's texts
     * @param plans closed with this
     */
    StudentTexts(
            Arm arm,
            StudentWriting writing,
            ExampleSource stream,
            Schedule schedule,
            long seed,
            ExampleTokenizer preparer,
            TextTokenizer tokenizer,
            TransportPlans plans) {
        this.arm = arm;
        this.config = writing.config();
        this.scorer = writing.scorer();
        this.stream = stream;
        this.schedule = schedule;
        this.seed = seed;
        this.preparer = preparer;
        this.tokenizer = tokenizer;
        this.plans = plans;
        this.builder = new ExampleBuilder(preparer, tokenizer, ArmExamples.loss(arm), plans);
        // A plan takes a while, which is no part of the time of training.
        plans.of(arm.stream().get(0));
    }

    @Override
    public List<Example> examples(int step, List<Integer> texts, StudentGenerator student) {
        if ((step - 1) % config.every() == 0) {
            Set<Integer> coming = new LinkedHashSet<>(texts);
            schedule.coming(config.every() - 1).forEach(coming::addAll);
            coming.removeIf(text -> !isChosen(arm.stream().get(text)));
            write(step, coming, student);
        }
        List<Example> examples = new ArrayList<>();
        List<Example> ofStream = stream.examples(step, texts, student);
        for (int i = 0; i < texts.size(); i++) {
            examples.add(written.getOrDefault(texts.get(i), ofStream.get(i)));
        }
        return examples;
    }

    @Override
    public void close() {
        plans.close();
        LOG.info(
                "arm {}, seed {}: of {} texts that the student was to write, {} are trained on as it wrote them",
                arm.name(),
                seed,
                chosenTexts,
                writtenTexts);
    }

    private void write(int step, Set<Integer> texts, StudentGenerator student) {
        written.clear();
        chosenTexts += texts.size();
        Author author = Author.student(arm.name() + "-seed" + seed + "-step" + step);
        Map<String, Integer> textsById = new HashMap<>();
        List<WrittenText> answers = new ArrayList<>();
        for (int text : texts) {
            answer(arm.stream().get(text), step, author, student).ifPresent(answer -> {
                textsById.put(answer.promptId(), text);
                answers.add(answer);
            });
        }
        if (answers.isEmpty()) {
            return;
        }
        for (TeacherTargets targets : scorer.score(answers)) {
            Integer text = textsById.get(targets.promptId());
            if (text != null && preparer.tokenize(targets) instanceof Outcome.Accepted<TokenizedTarget> accepted) {
                Example example = new Example(builder.make(accepted.value()), false);
                if (!example.sequences().isEmpty()) {
                    written.put(text, example);
                }
            }
        }
        writtenTexts += written.size();
    }

    private Optional<WrittenText> answer(TeacherTargets targets, int step, Author author, StudentGenerator student) {
        if (!(preparer.tokenize(targets) instanceof Outcome.Accepted<TokenizedTarget> accepted)) {
            return Optional.empty();
        }
        int[] prompt = accepted.value().promptIds();
        int[] ids = student.sample(
                prompt, config.maxTokens(), (float) config.temperature(), Digests.bits(drawn("step " + step, targets)));
        StudentAnswer answer = new StudentAnswer(ids, student.room(prompt, config.maxTokens()));
        String text = answer.text(tokenizer);
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(new WrittenText(targets.promptId(), text, answer.finishReason(), author));
    }

    private boolean isChosen(TeacherTargets targets) {
        return Digests.fraction(drawn("choice", targets)) < config.share();
    }

    private String drawn(String purpose, TeacherTargets targets) {
        return purpose + "\n" + seed + "\n" + targets.promptId();
    }
}
