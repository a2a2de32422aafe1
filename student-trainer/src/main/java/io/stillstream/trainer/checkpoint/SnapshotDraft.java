package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.trainer.offsets.Offsets;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A snapshot or checkpoint about to be written.
 *
 * @param offsets where the last step ends
 * @param teacher whose targets the student learned from
 * @param tokenizer sha256 of the student's tokenizer.json
 * @param chatTemplate sha256 of the chat template that it was trained in; empty where there is none
 * @param loss the loss as configured
 * @param evaluation held-out figures by name, all finite
 * @param newestRecordAt the timestamp of the newest record before these offsets; {@link Instant#EPOCH} where there is none
 * @param writer which trainer writes it, and its position in the ledger
 * @param contents writes every file but the manifest
 */
public record SnapshotDraft(
        long step,
        Offsets offsets,
        TeacherIdentity teacher,
        String tokenizer,
        String chatTemplate,
        Map<String, String> loss,
        Map<String, Double> evaluation,
        Instant newestRecordAt,
        Writer writer,
        Consumer<SnapshotFiles> contents) {}
