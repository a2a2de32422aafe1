package io.stillstream.trainer.ledger;

import io.stillstream.contract.SnapshotManifest;

/**
 * A position between two lines of a ledger.
 *
 * @param bytes how many bytes are before it
 * @param checksum of all the lines before it: sha256 in hex
 */
public record LedgerPosition(long bytes, String checksum) {

    /** Before the first line. */
    public static final LedgerPosition BEGINNING = new LedgerPosition(0, new HashChain().checksum());

    /** The end of the last line that a checkpoint or snapshot was trained on. */
    public static LedgerPosition of(SnapshotManifest manifest) {
        return new LedgerPosition(
                manifest.writer().ledgerBytes(), manifest.writer().ledgerChecksum());
    }
}
