package io.stillstream.student.model;

/**
 * What matrix products are computed in. Weights, their gradients and all that lies between products are in single precision with
 * each of them.
 */
public enum Precision {
    /** Single precision. */
    FP32,
    /** Factors rounded to bfloat16, which has the range of single precision and 8 bits of it. */
    BF16;

    /** The script with the products. */
    public static final String MODULE = "precision";

    /** Where it lies among the scripts. */
    public String resource() {
        return this == FP32 ? "precision/fp32" : "precision/bf16";
    }
}
