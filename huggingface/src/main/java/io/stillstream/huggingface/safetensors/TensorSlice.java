package io.stillstream.huggingface.safetensors;

/**
 * A part of a tensor's bytes that is small enough for a Java buffer, which holds less than 2 GiB. It begins and ends between
 * two numbers.
 *
 * @param begin the first byte, counted from the tensor's own first
 * @param size in bytes
 */
public record TensorSlice(long begin, int size) {

    /** The largest slice: 64 MiB, a multiple of every element's size, so that memory beside the tensor stays small. */
    public static final int MAXIMUM_SIZE = 1 << 26;
}
