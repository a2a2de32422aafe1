package io.stillstream.fuzz;

import io.stillstream.contract.file.Digests;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.ledger.LedgerAudit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/** A ledger, line by line, with checksums that are right unless the input says otherwise. */
final class LedgerTarget implements FuzzTarget {

    private static final byte AS_IT_IS = '!';
    private static final int DIGITS = 16;

    @Override
    public Promise promise() {
        return Promise.usual(TrainerException.class);
    }

    @Override
    public void read(byte[] input) {
        boolean asItIs = input.length > 0 && input[0] == AS_IT_IS;
        Path file = Scratch.file("ledger", asItIs ? input : withChecksums(input));
        LedgerAudit audit = LedgerAudit.of(file.resolveSibling(""));
        audit.summary().findings().forEach(Promise::requireSentence);
    }

    /** Each line with the checksum of all lines so far, as a trainer writes it. */
    private static byte[] withChecksums(byte[] lines) {
        var out = new ByteArrayOutputStream();
        var line = new ByteArrayOutputStream();
        byte[] chain = HexFormat.of().parseHex(Digests.sha256("stillstream ledger"));
        for (byte next : lines) {
            if (next != '\n') {
                line.write(next);
                continue;
            }
            var chained = new ByteArrayOutputStream();
            chained.writeBytes(chain);
            chained.writeBytes(line.toByteArray());
            String checksum = Digests.sha256(chained.toByteArray());
            chain = HexFormat.of().parseHex(checksum);
            out.writeBytes(line.toByteArray());
            out.writeBytes((' ' + checksum.substring(0, DIGITS) + '\n').getBytes(StandardCharsets.UTF_8));
            line.reset();
        }
        out.writeBytes(line.toByteArray());
        return out.toByteArray();
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                {"entry":"start","version":3,"epoch":1,"step":0,"topic":"teacher-targets","topic_id":"i","offsets":{"0":0}}
                {"entry":"step","step":1,"topic":"teacher-targets","runs":["t0:0-3","h0:4-4"]}
                {"entry":"pass","topic":"teacher-targets","runs":["n0:5-5","d0:6-8"]}
                {"entry":"rewind","epoch":2,"to":"c","step":0,"bytes":0,"offsets":{"0":0},"skip":["0@1..2"],\
                "tenants":[{"tenant":"x","from":{"0":0},"until":{"0":4}}],"records":2,"order":"","reason":""}
                {"entry":"step","step":1,"topic":"teacher-targets","runs":["t0:0-0"]}
                {"entry":"lift","epoch":2,"tenant":"x","offsets":{"0":9}}
                """.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
        return List.of(
                "null",
                "[null]",
                "{\"0\":null}",
                "\"runs\"",
                "\"t0:0-999999999999999999\"",
                "\"skip\"",
                "\"0@0..0\"",
                "\n");
    }
}
