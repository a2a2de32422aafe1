package io.stillstream.trainer.ledger;

import io.stillstream.contract.SnapshotManifest;

/**
 * A place between two lines of a ledger.
 *
 * @param bytes how many bytes lie before it
 * @param checksum of all the lines before it, each with its place: sha256 in hex
 */
public record LedgerPosition(long bytes, String checksum) {

    /** Of training that kept no ledger yet. */
    public static final LedgerPosition NONE = new LedgerPosition(0, "");

    /** Where the training lay that a manifest tells of. */
    public static LedgerPosition of(SnapshotManifest manifest) {
        return new LedgerPosition(
                manifest.writer().ledgerBytes(), manifest.writer().ledgerChecksum());
    }
}
