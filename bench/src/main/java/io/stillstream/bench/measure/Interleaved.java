package io.stillstream.bench.measure;

import io.stillstream.statistics.Medians;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * Measures things in turn, in a random order in each round, so that a slow minute of the machine affects all of them and
 * none always runs after the same other.
 */
public final class Interleaved {

    private static final double NANOSECONDS = 1e9;
    private static final int MOST_ROUNDS = 2_000;

    private final int rounds;
    private final Duration time;
    private Duration warmUp;

    /**
     * @param rounds the fewest, after one that is not counted
     * @param time the least that a measurement takes: quick things get more rounds
     * @param warmUp how long the first measurement's uncounted rounds go on, until the virtual machine has compiled what is
     *     measured
     */
    public Interleaved(int rounds, Duration time, Duration warmUp) {
        this.rounds = Math.min(rounds, MOST_ROUNDS);
        this.time = time;
        this.warmUp = warmUp;
    }

    /** Measures how long things take. */
    public double[] seconds(Runnable... things) {
        return medians(Arrays.stream(things)
                .map(thing -> (DoubleSupplier) () -> {
                    long started = System.nanoTime();
                    thing.run();
                    return (System.nanoTime() - started) / NANOSECONDS;
                })
                .toList());
    }

    /** The median of what each gave. */
    public double[] medians(List<DoubleSupplier> things) {
        double[][] values = new double[things.size()][MOST_ROUNDS];
        List<Integer> order = new ArrayList<>();
        for (int thing = 0; thing < things.size(); thing++) {
            order.add(thing);
        }
        Random random = new Random(0);
        long began = System.nanoTime();
        do {
            round(things, order, values, 0);
        } while (System.nanoTime() - began < warmUp.toNanos());
        warmUp = Duration.ZERO;
        long started = System.nanoTime();
        int round = 0;
        while (round < rounds || (round < MOST_ROUNDS && System.nanoTime() - started < time.toNanos())) {
            Collections.shuffle(order, random);
            round(things, order, values, round++);
        }
        double[] medians = new double[things.size()];
        for (int thing = 0; thing < medians.length; thing++) {
            medians[thing] = Medians.of(Arrays.copyOf(values[thing], round));
        }
        return medians;
    }

    private static void round(List<DoubleSupplier> things, List<Integer> order, double[][] values, int round) {
        for (int thing : order) {
            values[thing][round] = things.get(thing).getAsDouble();
        }
    }
}
