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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
        List<Published> published = new ArrayList<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            if (reader.partitions(topic).isEmpty()) {
                throw new PipelineException("there is no topic " + topic + " to compare the ledger with");
            }
            reader.read(topic, null, record -> decode(record).ifPresent(published::add));
        }
        Map<String, Set<String>> listed = ledger.manifests(FileAudit.SNAPSHOT);
        Set<LedgerPosition> ends =
                ledger.ends(published.stream().map(Published::position).collect(Collectors.toSet()));
        published.forEach(one -> compare(one, ends.contains(one.position()), listed.getOrDefault(one.id(), Set.of())));
    }

    /**
     * What a manifest on the topic says.
     *
     * @param where on the topic
     * @param sha256 of its bytes
     */
    private record Published(String where, String id, LedgerPosition position, String sha256) {}

    private Optional<Published> decode(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        compared++;
        String where = record.topic() + "-" + record.partition() + " offset " + record.offset();
        try {
            SnapshotManifest manifest = SnapshotManifestCodec.decode(record.value());
            return Optional.of(
                    new Published(where, manifest.id(), LedgerPosition.of(manifest), Digests.sha256(record.value())));
        } catch (ContractException e) {
            findings.add(where + " holds no manifest: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** @param listed the sha256 that the ledger has for the snapshot */
    private void compare(Published published, boolean isEnd, Set<String> listed) {
        LedgerPosition position = published.position();
        if (!isEnd) {
            findings.add("snapshot " + published.id() + ", published as " + published.where()
                    + ", names a line of the ledger that ends at byte " + position.bytes() + " with the checksum "
                    + position.checksum() + ", and there is none: the ledger was rewritten since, or another trainer"
                    + " published it");
        } else if (!listed.contains(published.sha256())) {
            findings.add("the manifest of snapshot " + published.id() + ", published as " + published.where()
                    + ", has the sha256 " + published.sha256() + "; the ledger has "
                    + (listed.isEmpty() ? "none" : String.join(" or ", listed)));
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
