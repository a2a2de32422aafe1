package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.TeacherIdentity;
import io.stillstream.trainer.offsets.Offsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A snapshot about to be published.
 *
 * @param teacher whose targets the student learned from
 * @param tokenizer sha256 of the student's tokenizer.json
 * @param loss the loss as configured
 * @param evaluation held-out figures by name, all finite
 * @param writer who writes it, and where the ledger stands
 * @param contents writes every file but the manifest into the directory it is given
 */
public record SnapshotDraft(
        long step,
        Offsets position,
        TeacherIdentity teacher,
        String tokenizer,
        Map<String, String> loss,
        Map<String, Double> evaluation,
        Writer writer,
        Consumer<Path> contents) {}
