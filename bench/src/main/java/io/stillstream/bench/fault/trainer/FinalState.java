package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.trainer.process.TrainerFiles;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The end of a training: its last checkpoint and its ledger.
 *
 * @param files sha256 of each file of the checkpoint
 * @param steps what the ledger lists, in its order
 */
public record FinalState(
        long step,
        Map<String, String> files,
        Map<String, Long> offsets,
        List<LedgerEntry.Stepped> steps,
        LedgerAudit.Summary ledger,
        RecordCounts counts) {

    static final String OPTIMIZER = "trainer/optimizer.safetensors";

    static FinalState of(TrainerFiles files, TopicContents contents) {
        Snapshot last = files.newestCheckpoint()
                .orElseThrow(() -> new PipelineException("a trainer has left no intact checkpoint"));
        LedgerAudit audit = files.audit();
        return new FinalState(
                last.manifest().step(),
                last.manifest().files().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, file -> file.getValue().sha256())),
                last.manifest().offsets(),
                audit.lines().stream()
                        .filter(audit::isLive)
                        .map(LedgerAudit.Line::entry)
                        .filter(LedgerEntry.Stepped.class::isInstance)
                        .map(LedgerEntry.Stepped.class::cast)
                        .toList(),
                audit.summary(),
                RecordCounts.of(audit, contents));
    }

    /** The hash of what was trained: all weights, or the adapters. */
    public String weights() {
        return hash(files.containsKey(AdapterConfig.WEIGHTS) ? AdapterConfig.WEIGHTS : WeightFiles.WHOLE);
    }

    public String optimizer() {
        return hash(OPTIMIZER);
    }

    private String hash(String file) {
        String hash = files.get(file);
        if (hash == null) {
            throw new PipelineException(
                    "the checkpoint of step " + step + " has no " + file + ", but " + files.keySet());
        }
        return hash;
    }
}
