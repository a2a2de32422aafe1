package io.stillstream.fuzz;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.TemplateTokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A chat template: it renders the same chat to the same text each time, or is refused. */
final class ChatTemplateTarget implements FuzzTarget {

    /** A template may loop: what it allocates depends on its bounds, not on its length. */
    private static final long ALLOCATED_BYTES = 16L << 30;

    private static final Path FILE = Path.of("chat_template.jinja");
    private static final TemplateTokens TOKENS = TemplateTokens.of(Map.of("bos_token", "<s>", "eos_token", "</s>"));
    private static final Chat CHAT = new Chat(
            List.of(
                    Message.of("system", "s"),
                    Message.of("user", "a b"),
                    Message.assistant("c"),
                    Message.of("user", "d")),
            List.of("{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"x\":[1,2.5,null]}}}"),
            List.of());

    @Override
    public Promise promise() {
        return new Promise(HuggingFaceException.class, ALLOCATED_BYTES, 0);
    }

    @Override
    public void read(byte[] input) {
        ChatTemplate template = ChatTemplate.of(FILE, new String(input, StandardCharsets.UTF_8), TOKENS);
        Object once = template.render(CHAT, Instant.EPOCH);
        Promise.require(once.equals(template.render(CHAT, Instant.EPOCH)), "the same chat is rendered in two ways");
        template.renderTurn(CHAT, Message.assistant("e"), FinishReason.STOP, Instant.EPOCH);
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                        {{ bos_token }}{% for m in messages %}{{ '<|' ~ m.role ~ '|>' + m['content'] | trim }}\
                        {{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}""", """
                        {%- set ns = namespace(i=0) -%}{%- for m in messages if m.role != 'tool' -%}\
                        {%- set ns.i = ns.i + loop.index0 -%}{{ m.content[::-1] if loop.last else m.content.split(' ')[-1] }}\
                        {%- endfor -%}{{ ns.i // 2 }}{{ tools | tojson(indent=2) if tools }}""", """
                        {% macro f(x, y=1) %}{{ x | upper | replace('A', 'b') }}{% endmacro %}{{ f('a') }}\
                        {% if messages[0].role == 'system' and not (1 > 2) %}{{ messages | map(attribute='role') | join(',') }}\
                        {% elif x is defined %}{{ raise_exception('no') }}{% endif %}""", """
                        {{ [3, 1, 2] | sort | unique | list }}{{ {'a': 1}.items() }}{{ 'x' * 3 }}{{ 2 ** 10 % 7 }}\
                        {{ '%s' | string }}{{ strftime_now('%d %b %Y') }}{{ range(3) | sum }}{{ 1.5 | round(1) | int }}""").stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public List<String> words() {
        return List.of(
                "{{ ",
                " }}",
                "{% ",
                " %}",
                "{%- ",
                " -%}",
                "for ",
                " in ",
                "endfor",
                "if ",
                "endif",
                "else",
                "elif ",
                "set ",
                "macro ",
                "endmacro",
                "endset",
                "namespace(",
                "range(",
                "messages",
                "content",
                "loop.index",
                "loop.previtem",
                "|tojson",
                "|indent(",
                "|join(",
                "|sort",
                "|unique",
                "|map(",
                "|selectattr(",
                "|replace(",
                "|round(",
                "|int",
                "|float",
                "|dictsort",
                "|batch(",
                ".split(",
                ".strip(",
                ".format(",
                ".startswith(",
                ".items()",
                "is defined",
                "is string",
                "raise_exception(",
                "strftime_now(",
                "**",
                "//",
                "~",
                "[::-1]",
                "99999999999",
                "1e308",
                "'",
                "not ",
                "recursive",
                "call ",
                "filter ",
                "generation",
                "endgeneration");
    }
}
