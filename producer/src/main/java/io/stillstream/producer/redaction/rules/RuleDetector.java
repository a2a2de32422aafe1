package io.stillstream.producer.redaction.rules;

import com.google.re2j.Matcher;
import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.ScannedText;
import io.stillstream.producer.redaction.detector.secret.Entropy;
import java.util.List;

/**
 * Looks for what one rule of the user's says, in texts that hold one of its keywords. RE2 takes time in proportion to the text,
 * whatever the expression.
 */
public final class RuleDetector implements Detector {

    private final Rule rule;
    private final int number;

    /** @param number of the rule among all, as the scanner counts them */
    RuleDetector(Rule rule, int number) {
        this.rule = rule;
        this.number = number;
    }

    @Override
    public DetectorKind kind() {
        return DetectorKind.RULE;
    }

    /** The words without which the rule does not apply; none where it always does. */
    public List<String> ruleKeywords() {
        return rule.keywords();
    }

    @Override
    public void atEnd(ScannedText text) {
        if (!rule.keywords().isEmpty() && !text.hasMetRule(number)) {
            return;
        }
        Matcher matcher = rule.regex().matcher(text.string());
        while (matcher.find()) {
            int group = group(matcher);
            int start = matcher.start(group);
            int end = matcher.end(group);
            if (start < end && isSecret(text.string(), matcher, start, end)) {
                text.add(new Finding(start, end, kind(), rule.type(), text.string(start, end)));
            }
        }
    }

    private int group(Matcher matcher) {
        if (rule.secretGroup() > 0) {
            return rule.secretGroup();
        }
        for (int group = 1; group <= matcher.groupCount(); group++) {
            if (matcher.start(group) < matcher.end(group)) {
                return group;
            }
        }
        return 0;
    }

    private boolean isSecret(String text, Matcher matcher, int start, int end) {
        String secret = text.substring(start, end);
        if (rule.entropy() > 0 && Entropy.bits(secret) <= rule.entropy()) {
            return false;
        }
        String match = text.substring(matcher.start(), matcher.end());
        String line = line(text, matcher.start(), matcher.end());
        return rule.allowlists().stream().noneMatch(allowlist -> allowlist.allows(secret, match, line));
    }

    private static String line(String text, int start, int end) {
        int next = text.indexOf('\n', end);
        return text.substring(text.lastIndexOf('\n', Math.max(0, start - 1)) + 1, next < 0 ? text.length() : next);
    }
}
