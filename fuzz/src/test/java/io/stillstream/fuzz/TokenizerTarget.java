package io.stillstream.fuzz;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.tokenizer.TokenizerFile;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A tokenizer.json, as far as it is read in Java: the native library is tried in a process of its own. */
final class TokenizerTarget implements FuzzTarget {

    /** A table of the ids that are allowed, whatever the file's size. */
    private static final long TABLE_OF_IDS = 64L << 20;

    private static final long ALLOCATED_PER_BYTE = 4096;

    @Override
    public Promise promise() {
        return new Promise(HuggingFaceException.class, TABLE_OF_IDS, ALLOCATED_PER_BYTE);
    }

    @Override
    public void read(byte[] input) {
        TokenizerFile.read(Scratch.file("tokenizer.json", input));
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                        {"added_tokens":[{"id":2,"content":"<s>","special":true}],"normalizer":{"type":"Sequence",\
                        "normalizers":[{"type":"Prepend","prepend":"\u2581"},{"type":"Replace","pattern":{"String":" "},\
                        "content":"\u2581"}]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?i:'s)|[a-z]+"},\
                        "behavior":"Isolated","invert":false},"post_processor":{"type":"TemplateProcessing","single":\
                        [{"SpecialToken":{"id":"<s>","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[2],\
                        "tokens":["<s>"]}}},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1},\
                        "merges":["a b"]}}""", """
                        {"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["<0x0A>",-1.5]]},"decoder":null}""").stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public List<String> words() {
        return List.of(
                "\"model\"",
                "\"vocab\"",
                "\"added_tokens\"",
                "\"content\"",
                "\"id\"",
                "\"ids\"",
                "\"Regex\"",
                "\"String\"",
                "\"pattern\"",
                "\"type\"",
                "\"Replace\"",
                "\"Sequence\"",
                "\"Metaspace\"",
                "\"ByteLevel\"",
                "4194304",
                "2000000000",
                "\"special\"",
                "\"processors\"",
                "\\ud800",
                "null",
                "\"post_processor\"");
    }
}
