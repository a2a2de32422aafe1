package io.stillstream.producer.redaction;

import io.stillstream.producer.redaction.detector.Finding;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What stands for private values in one conversation: {@code <EMAIL_417>}. The number is a function of the key, the conversation,
 * the type and the value alone, so that one value has one number in all records of its conversation, whatever part of the
 * conversation a record holds, and another number in every other conversation. It has at most three digits, which most
 * vocabularies hold as one token.
 *
 * <p>Two values of one type share a number once in 999 times. Within a record they are told apart all the same: the one that comes
 * later gets the next number of its own sequence. In a record of the same conversation that holds only one of the two, that one has
 * its first number. For one thread.
 */
final class Placeholders {

    private static final Pattern PLACEHOLDER = Pattern.compile("<[A-Z][A-Z0-9_]*_\\d{1,6}>");
    private static final String USE = "placeholder";
    private static final int NUMBERS = 999;
    private static final int MORE_NUMBERS = 999_999;
    private static final int SHORT_ATTEMPTS = 8;
    private static final int ATTEMPTS = 64;

    private final RedactionKey key;
    private final String tenant;
    private final String conversation;
    private final Map<String, String> byValue = new HashMap<>();
    private final Map<String, String> taken = new HashMap<>();

    Placeholders(RedactionKey key, String tenant, String conversation) {
        this.key = key;
        this.tenant = tenant;
        this.conversation = conversation;
    }

    String of(Finding finding) {
        String value = finding.type() + '\n' + finding.value();
        String known = byValue.get(value);
        if (known != null) {
            return known;
        }
        String placeholder = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            placeholder = '<' + finding.type() + '_' + number(finding, attempt) + '>';
            if (taken.putIfAbsent(placeholder, value) == null) {
                break;
            }
        }
        byValue.put(value, placeholder);
        return placeholder;
    }

    private int number(Finding finding, int attempt) {
        byte[] hash = key.hash(USE, tenant, conversation, finding.type(), finding.value(), Integer.toString(attempt));
        int numbers = attempt < SHORT_ATTEMPTS ? NUMBERS : MORE_NUMBERS;
        return 1 + Math.floorMod(ByteBuffer.wrap(hash).getInt(), numbers);
    }

    /** Whether a text is nothing but what stands for a value. */
    static boolean isPlaceholder(CharSequence text) {
        return PLACEHOLDER.matcher(text).matches();
    }
}
