package io.stillstream.pipeline.command.snapshot;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.trainer.checkpoint.FileAudit;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Compares a ledger with what was kept of it elsewhere. A chain of checksums tells a changed line from those around it; whoever
 * writes all lines anew, and all manifests, makes a chain that agrees with itself, and not with this.
 */
final class LedgerAnchors {

    private final LedgerAudit ledger;
    private final List<String> findings = new ArrayList<>();
    private int compared;

    LedgerAnchors(LedgerAudit ledger) {
        this.ledger = ledger;
    }

    /** A head that was noted when the ledger ended there. */
    void compareHead(String checksum) {
        String wanted = checksum.toLowerCase(Locale.ROOT);
        compared++;
        if (!ledger.holds(wanted)) {
            findings.add("no line of the ledger has the checksum " + wanted
                    + ": it was rewritten since that was its head, or is another ledger");
        }
    }

    /**
     * The manifests that the trainer published, each of which names the ledger's head at its time.
     *
     * @throws PipelineException when there is no such topic
     */
    void compareTopic(Map<String, Object> kafka, String topic) {
        try (TopicReader reader = new TopicReader(kafka)) {
            if (reader.partitions(topic).isEmpty()) {
                throw new PipelineException("there is no topic " + topic + " to compare the ledger with");
            }
            reader.read(topic, null, this::compare);
        }
    }

    private void compare(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        compared++;
        String where = record.topic() + "-" + record.partition() + " offset " + record.offset();
        SnapshotManifest manifest;
        try {
            manifest = SnapshotManifestCodec.decode(record.value());
        } catch (ContractException e) {
            findings.add(where + " holds no manifest: " + e.getMessage());
            return;
        }
        LedgerPosition position = LedgerPosition.of(manifest);
        Set<String> listed = ledger.manifests(FileAudit.SNAPSHOT, manifest.id());
        String published = Digests.sha256(record.value());
        if (!ledger.holds(position)) {
            findings.add("snapshot " + manifest.id() + ", published as " + where
                    + ", names a line of the ledger that ends at byte " + position.bytes() + " with the checksum "
                    + position.checksum() + ", and there is none: the ledger was rewritten since, or another trainer"
                    + " published it");
        } else if (!listed.contains(published)) {
            findings.add("the manifest of snapshot " + manifest.id() + ", published as " + where + ", has the sha256 "
                    + published + "; the ledger has " + (listed.isEmpty() ? "none" : String.join(" or ", listed)));
        }
    }

    List<String> findings() {
        return List.copyOf(findings);
    }

    /** How many heads and manifests there were. */
    int compared() {
        return compared;
    }
}
