package io.stillstream.contract.target;

import io.stillstream.contract.rejection.ContractException;
import java.util.List;

/**
 * What the token ids of a record are ids of: the teacher's vocabulary, or that of a student onto whose tokens the teacher's
 * probabilities were added up.
 *
 * @param tokenizer sha256 of its tokenizer.json, hex
 * @param size the number of ids, of which a record keeps K columns
 * @param endIds the ids that end a text; none where the model has none
 */
public record Vocabulary(String tokenizer, int size, List<Integer> endIds) {

    public Vocabulary {
        endIds = List.copyOf(endIds);
        for (int id : endIds) {
            requireId("the end of a text", id, size);
        }
    }

    /** @throws ContractException when the id is none of this vocabulary */
    void requireId(String what, int id) {
        requireId(what, id, size);
    }

    /**
     * The id of a token of text that no token of this vocabulary stands for: a teacher's that a student's vocabulary cannot
     * spell. No column has it.
     */
    public int none() {
        return size;
    }

    /** @throws ContractException when the id is neither of this vocabulary nor {@link #none} */
    void requireIdOrNone(String what, int id) {
        if (id != none()) {
            requireId(what, id);
        }
    }

    private static void requireId(String what, int id, int size) {
        if (id < 0 || id >= size) {
            throw new ContractException(
                    what + " is token " + Integer.toUnsignedString(id) + "; expected one of a vocabulary of " + size);
        }
    }
}
