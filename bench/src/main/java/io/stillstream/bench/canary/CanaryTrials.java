package io.stillstream.bench.canary;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.rollout.judge.Judge;
import io.stillstream.rollout.judge.JudgeConfig;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Rollouts with traffic that is drawn, before the judge that production has. */
final class CanaryTrials {

    private static final String CANDIDATE = "candidate";
    private static final String CHAMPION = "champion";

    /** Of the logarithm of an answer's time. */
    private static final double LATENCY_DEVIATION = 0.5;

    private static final double MEDIAN_MILLIS = 300;

    private final int count;
    private final int looks;
    private final int requestsALook;

    /** What an arm does. */
    record ServingArm(
            double failures,
            double slower,
            @SuppressWarnings("ArrayRecordComponent") double[] bitsPerByte) {}

    /**
     * How trials ended.
     *
     * @param alarms how many of them took the candidate back
     * @param requests of the candidate before each alarm, ascending
     */
    record Result(
            int alarms,
            @SuppressWarnings("ArrayRecordComponent") long[] requests,
            String first) {

        /** What so many of all trials needed at most; -1 where fewer ended. */
        long quantile(double share, int count) {
            int index = (int) Math.ceil(share * count) - 1;
            return index < requests.length ? requests[index] : -1;
        }
    }

    /**
     * @param count trials
     * @param looks at which the judge is asked in each
     * @param requestsALook of the candidate between two looks
     */
    CanaryTrials(int count, int looks, int requestsALook) {
        this.count = count;
        this.looks = looks;
        this.requestsALook = requestsALook;
    }

    /** @param championsPerRequest how many calls the champion has for each of the candidate's */
    Result run(ServingArm candidate, ServingArm champion, int championsPerRequest, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] found = new long[count];
        int alarms = 0;
        String first = "";
        for (int trial = 0; trial < count; trial++) {
            Judge judge = new Judge(JudgeConfig.defaults(), CANDIDATE, CHAMPION);
            int conversation = 0;
            Judge.Alarm alarm = null;
            for (int look = 1; look <= looks && alarm == null; look++) {
                for (int i = 0; i < requestsALook; i++) {
                    serve(judge, Arm.CANARY, CANDIDATE, candidate, conversation++, random);
                    for (int j = 0; j < championsPerRequest; j++) {
                        serve(judge, Arm.CHAMPION, CHAMPION, champion, conversation++, random);
                    }
                }
                alarm = judge.alarm();
                if (alarm != null) {
                    found[alarms++] = (long) look * requestsALook;
                    first = first.isEmpty() ? alarm.reason() : first;
                }
            }
        }
        long[] requests = Arrays.copyOf(found, alarms);
        Arrays.sort(requests);
        return new Result(alarms, requests, first);
    }

    private static void serve(
            Judge judge, Arm arm, String snapshot, ServingArm serving, int conversation, SplittableRandom random) {
        boolean fails = random.nextDouble() < serving.failures();
        double logarithm = LATENCY_DEVIATION * random.nextGaussian();
        long millis = Math.round(MEDIAN_MILLIS * serving.slower() * Math.exp(logarithm));
        judge.add(new ServedOutcome(
                Instant.EPOCH,
                "",
                "c" + conversation,
                "default",
                arm,
                snapshot,
                fails ? "status-500" : "",
                millis,
                millis,
                false,
                false));
        double[] bits = serving.bitsPerByte();
        if (!fails && bits.length > 0) {
            judge.addScored(snapshot, "c" + conversation, bits[random.nextInt(bits.length)]);
        }
    }
}
