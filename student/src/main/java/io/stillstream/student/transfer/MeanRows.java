package io.stillstream.student.transfer;

import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.FloatTensorBuilder;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Makes a matrix of one vocabulary, {@code [V', H]}, of the means of rows of another's, {@code [V, H]}. */
final class MeanRows {

    private final float[] table;
    private final int width;
    private final int[] all;

    /**
     * @param table {@code [V, H]} row by row; not copied
     * @param width H
     * @param tokens how many of the rows belong to a token; a model may have more
     */
    MeanRows(float[] table, int width, int tokens) {
        this.table = table;
        this.width = width;
        this.all = IntStream.range(0, tokens).toArray();
    }

    /**
     * @param vocabularySize V'
     * @param origins the rows that each row is the mean of; none for the mean of every token's row
     */
    TensorData tensor(String name, int vocabularySize, IntFunction<int[]> origins) {
        FloatTensorBuilder values = new FloatTensorBuilder(new TensorInfo(name, Dtype.F32, vocabularySize, width));
        double[] meanOfAll = mean(all);
        for (int id = 0; id < vocabularySize; id++) {
            int[] rows = origins.apply(id);
            double[] mean = rows.length == 0 ? meanOfAll : mean(rows);
            for (int i = 0; i < width; i++) {
                values.add((float) mean[i]);
            }
        }
        return values.build();
    }

    private double[] mean(int[] rows) {
        double[] mean = new double[width];
        for (int row : rows) {
            for (int i = 0; i < width; i++) {
                mean[i] += table[row * width + i];
            }
        }
        for (int i = 0; i < width; i++) {
            mean[i] /= rows.length;
        }
        return mean;
    }
}
