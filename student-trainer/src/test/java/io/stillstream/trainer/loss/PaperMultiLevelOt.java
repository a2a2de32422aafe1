package io.stillstream.trainer.loss;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The paper's loss of one sequence, written down again in plain double arithmetic. */
final class PaperMultiLevelOt {

    private PaperMultiLevelOt() {}

    /** L, CE, HAD, SL, SD. */
    static double[] terms(double[][] logits, int[] labels, double[][] teacherLog, MultiLevelOt loss) {
        double[][] student =
                Arrays.stream(logits).map(PaperMultiLevelOt::softmax).toArray(double[][]::new);
        double crossEntropy = 0;
        for (int t = 0; t < labels.length; t++) {
            crossEntropy -= Math.log(student[t][labels[t]]) / labels.length;
        }
        int vocabulary = student[0].length;
        int k = Math.min(loss.k(), Math.min(vocabulary, teacherLog[0].length));
        double[] sums = new double[vocabulary];
        for (double[] row : student) {
            for (int v = 0; v < vocabulary; v++) {
                sums[v] += row[v];
            }
        }
        int[] ranked = IntStream.range(0, vocabulary)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(v -> -sums[v]))
                .limit(k)
                .mapToInt(Integer::intValue)
                .toArray();
        int length = Math.min(student.length, teacherLog.length);
        double[][] s = new double[length][k];
        double[][] t = new double[length][k];
        for (int position = 0; position < length; position++) {
            for (int i = 0; i < k; i++) {
                s[position][i] = student[position][ranked[i]];
                t[position][i] = Math.exp(teacherLog[position][i]);
            }
        }

        double absolute = 0;
        double logarithmic = 0;
        for (int position = 0; position < length; position++) {
            double[] sl = temper(s[position], loss.temperatureSequential());
            double[] tl = temper(t[position], loss.temperatureSequential());
            for (int i = 0; i < k; i++) {
                absolute += Math.abs(t[position][i] - s[position][i]);
                logarithmic -= tl[i] * Math.log(sl[i]);
            }
        }
        double sinkhorn = sinkhorn(s, t, k, loss);
        double total = crossEntropy
                + loss.weight() * (absolute + loss.sequentialWeight() * logarithmic + loss.sinkhornWeight() * sinkhorn);
        return new double[] {total, crossEntropy, absolute, logarithmic, sinkhorn};
    }

    private static double sinkhorn(double[][] s, double[][] t, int k, MultiLevelOt loss) {
        double[][] cost = new double[k][k];
        double[][] plan = new double[k][k];
        for (int position = 0; position < s.length; position++) {
            double[] st = temper(s[position], loss.temperatureSinkhorn());
            double[] tt = temper(t[position], loss.temperatureSinkhorn());
            for (int i = 0; i < k; i++) {
                for (int j = 0; j < k; j++) {
                    cost[i][j] += Math.abs(tt[i] - st[j]);
                }
            }
        }
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                plan[i][j] = Math.exp(-cost[i][j] / loss.lambda());
            }
        }
        for (int round = 0; round < loss.sinkhornRounds(); round++) {
            for (int i = 0; i < k; i++) {
                double sum = Arrays.stream(plan[i]).sum();
                for (int j = 0; j < k; j++) {
                    plan[i][j] /= sum;
                }
            }
            for (int j = 0; j < k; j++) {
                double sum = 0;
                for (int i = 0; i < k; i++) {
                    sum += plan[i][j];
                }
                for (int i = 0; i < k; i++) {
                    plan[i][j] /= sum;
                }
            }
        }
        double distance = 0;
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                distance += plan[i][j] * cost[i][j];
            }
        }
        return distance;
    }

    private static double[] temper(double[] p, double temperature) {
        double mass = Arrays.stream(p).sum();
        double powers = Arrays.stream(p).map(x -> Math.pow(x, 1 / temperature)).sum();
        return Arrays.stream(p)
                .map(x -> mass * Math.pow(x, 1 / temperature) / powers)
                .toArray();
    }

    static double[] softmax(double[] logits) {
        double[] exponentials = Arrays.stream(logits).map(Math::exp).toArray();
        double sum = Arrays.stream(exponentials).sum();
        return Arrays.stream(exponentials).map(x -> x / sum).toArray();
    }
}
