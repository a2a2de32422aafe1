package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.evaluation.bakeoff.plan.StepSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The order in which a seed shows the texts, divided into steps. It depends on nothing else: every arm sees the same texts at
 * the same step. When all have been shown, they are shown again in another order.
 */
final class TextStream {

    private final List<Integer> order;
    private final int[] lengths;
    private final StepSize stepSize;
    private final Random random;
    private int next;

    /** @param lengths the tokens of each text */
    TextStream(int[] lengths, StepSize stepSize, long seed) {
        this.lengths = lengths.clone();
        this.stepSize = stepSize;
        this.random = new Random(seed);
        this.order = new ArrayList<>(IntStream.range(0, lengths.length).boxed().toList());
        Collections.shuffle(order, random);
    }

    /** The indices of the next step's texts; at least one, and no more than there are. */
    List<Integer> nextStep() {
        List<Integer> step = new ArrayList<>();
        long tokens = 0;
        while (step.size() < lengths.length && stepSize.hasRoom(step.size(), tokens, lengths[peek()])) {
            int text = peek();
            step.add(text);
            tokens += lengths[text];
            next++;
        }
        return step;
    }

    private int peek() {
        if (next == order.size()) {
            Collections.shuffle(order, random);
            next = 0;
        }
        return order.get(next);
    }
}
