package io.stillstream.trainer.loss;

/**
 * A TorchScript module that computes a term. It has the function
 *
 * <pre>{@code
 * def values(view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int) -> List[Tensor]
 * }</pre>
 *
 * which returns the term's values in their order, summed over the sequences and before their weights; {@code losses.py}
 * differentiates them with respect to the view. {@code loss} holds the settings of all terms that are on. Where the view
 * {@linkplain View#isRanked() is ranked}, it also has
 *
 * <pre>{@code
 * def choose_columns(sums_B_V: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor]) -> Tensor
 * }</pre>
 *
 * which returns the ids {@code [B, K]} that the view holds of each sequence, given the sums of the student's
 * probabilities over its response.
 *
 * @param module the script's file without {@code .py}
 * @param setting the script runs when this is among the settings
 * @param view what it reads of the student
 * @param width how many of each position's ids it reads, for a view whose ids are chosen among the student's own
 */
public record LossScript(String module, String setting, View view, int width) {

    /** A script that has the name of its setting, and reads a view whose ids the batch names. */
    static LossScript of(String module, View view) {
        return new LossScript(module, module, view, 0);
    }
}
