package io.stillstream.scorer.topology.prompt;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Teacher;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Decodes and tokenizes a source record, or says why the teacher cannot score it. */
public final class PromptReader {

    private final Teacher teacher;

    public PromptReader(Teacher teacher) {
        this.teacher = teacher;
    }

    /** @throws ContractException when the record is no prompt */
    public Outcome<BufferedPrompt> read(SourceRecord source) {
        byte[] json = source.value();
        if (json == null) {
            return Outcome.rejected(RejectionCode.MALFORMED_JSON, "not a JSON prompt: the record has no value");
        }
        int malformed = malformedByte(json);
        if (malformed < json.length) {
            return Outcome.rejected(RejectionCode.INVALID_UTF8, "not UTF-8: byte " + malformed);
        }
        return admit(source, PromptCodec.decode(json));
    }

    private Outcome<BufferedPrompt> admit(SourceRecord source, Prompt prompt) {
        Response response = prompt.response();
        if (!isWellFormed(prompt)) {
            return Outcome.rejected(
                    RejectionCode.INVALID_UTF8, "the text holds half of a surrogate pair, which UTF-8 cannot express");
        }
        if (response != null && response.message().blank()) {
            return Outcome.rejected(RejectionCode.EMPTY_RESPONSE, "the response is empty: nothing to score");
        }
        Admission admission = teacher.admit(prompt);
        if (admission instanceof Admission.Rejected rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        return Outcome.accepted(new BufferedPrompt(source, prompt, (Admission.Admitted) admission));
    }

    /** The first byte that is not UTF-8; the number of bytes where all are. */
    private static int malformedByte(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length), true);
        return result.isError() ? in.position() : bytes.length;
    }

    /** JSON can escape half of a surrogate pair; it has no bytes, so no token could cover it. */
    private static boolean isWellFormed(Prompt prompt) {
        Response response = prompt.response();
        Stream<String> answer =
                response == null ? Stream.of() : response.message().texts();
        return Stream.concat(prompt.input().texts(), answer)
                .allMatch(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }
}
