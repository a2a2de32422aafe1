package io.stillstream.scorer.onnx.run;

import java.util.ArrayList;
import java.util.List;

/**
 * How the positions of a batch's responses, one response after the other, are laid into I chunks of C positions, all of one
 * size; the last may end in padding. The responses that a chunk holds positions of are its slots; all chunks have room for
 * S of them.
 */
final class ChunkPlan {

    private final int[] counts;
    private final int chunks;
    private final int size;
    private final List<List<Integer>> slots;

    private ChunkPlan(int[] counts, int chunks, int size, List<List<Integer>> slots) {
        this.counts = counts;
        this.chunks = chunks;
        this.size = size;
        this.slots = slots;
    }

    /**
     * @param counts T of each response
     * @param most the most positions of a chunk
     */
    static ChunkPlan of(int[] counts, int most) {
        int total = 0;
        for (int count : counts) {
            total += count;
        }
        int chunks = Math.max(1, (total + most - 1) / most);
        int size = Math.max(1, (total + chunks - 1) / chunks);
        List<List<Integer>> slots = new ArrayList<>();
        for (int chunk = 0; chunk < chunks; chunk++) {
            slots.add(new ArrayList<>());
        }
        int position = 0;
        for (int response = 0; response < counts.length; response++) {
            for (int chunk = position / size; chunk * size < position + counts[response]; chunk++) {
                slots.get(chunk).add(response);
            }
            position += counts[response];
        }
        return new ChunkPlan(counts, chunks, size, slots);
    }

    /** T of each response. */
    int[] counts() {
        return counts;
    }

    /** I. */
    int chunks() {
        return chunks;
    }

    /** C. */
    int size() {
        return size;
    }

    /** I C. */
    int positions() {
        return chunks * size;
    }

    /** S. */
    int slotCount() {
        return slots.stream().mapToInt(List::size).max().orElseThrow();
    }

    /** {@code [I, S]}: the response in each slot, 0 in empty ones. */
    long[] slotResponses() {
        int width = slotCount();
        long[] responses = new long[chunks * width];
        for (int chunk = 0; chunk < chunks; chunk++) {
            for (int slot = 0; slot < slots.get(chunk).size(); slot++) {
                responses[chunk * width + slot] = slots.get(chunk).get(slot);
            }
        }
        return responses;
    }

    /** {@code [I, B, S]}: 1 where a slot holds a response. */
    float[] assignment() {
        int width = slotCount();
        float[] assignment = new float[chunks * counts.length * width];
        for (int chunk = 0; chunk < chunks; chunk++) {
            for (int slot = 0; slot < slots.get(chunk).size(); slot++) {
                assignment[(chunk * counts.length + slots.get(chunk).get(slot)) * width + slot] = 1;
            }
        }
        return assignment;
    }

    /** {@code [I, C]}: the slot of each position, 0 for padding. */
    long[] slotOfRow() {
        long[] slotOfRow = new long[positions()];
        int position = 0;
        for (int response = 0; response < counts.length; response++) {
            for (int t = 0; t < counts[response]; t++, position++) {
                slotOfRow[position] = slots.get(position / size).indexOf(response);
            }
        }
        return slotOfRow;
    }

    /** {@code [I, S, C]}: 1 where a position is of a slot's response. */
    float[] membership() {
        int width = slotCount();
        long[] slotOfRow = slotOfRow();
        float[] membership = new float[chunks * width * size];
        int total = 0;
        for (int count : counts) {
            total += count;
        }
        for (int position = 0; position < total; position++) {
            int chunk = position / size;
            membership[(chunk * width + (int) slotOfRow[position]) * size + position % size] = 1;
        }
        return membership;
    }
}
