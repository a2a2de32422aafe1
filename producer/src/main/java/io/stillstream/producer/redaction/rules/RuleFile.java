package io.stillstream.producer.redaction.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.stillstream.producer.ProducerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rules in the TOML of gitleaks: id, regex, secretGroup, entropy, keywords and allowlists. What it says of files and commits
 * never holds for traffic. Anything else that would change what is found is refused by its name.
 */
public final class RuleFile {

    private static final Logger LOG = LoggerFactory.getLogger(RuleFile.class);

    private static final long MOST_BYTES = 4 << 20;

    private static final Set<String> TOP =
            Set.of("title", "description", "minVersion", "rules", "allowlist", "allowlists");
    private static final Set<String> RULE = Set.of(
            "id",
            "description",
            "regex",
            "secretGroup",
            "entropy",
            "keywords",
            "tags",
            "path",
            "allowlist",
            "allowlists");
    private static final Set<String> ALLOWLIST = Set.of(
            "description", "condition", "regexTarget", "regexes", "stopwords", "paths", "commits", "targetRules");

    private final Path file;

    private RuleFile(Path file) {
        this.file = file;
    }

    /**
     * The rules as detectors, in their order.
     *
     * @throws ProducerException with everything that says what cannot be used, in one line
     */
    public static List<RuleDetector> read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new ProducerException("redaction.rules: " + file + " has " + size + " bytes; expected at most "
                        + MOST_BYTES + " of a file of rules");
            }
            return new RuleFile(file).rules(new TomlMapper().readTree(Files.readString(file)));
        } catch (JsonProcessingException e) {
            String place =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new ProducerException(
                    "redaction.rules: " + file + place + ": not TOML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ProducerException("redaction.rules: " + file + " cannot be read: " + e, e);
        }
    }

    private List<RuleDetector> rules(JsonNode top) {
        requireKnown(top, TOP, "the file");
        List<GlobalAllowlist> global = new ArrayList<>();
        for (JsonNode allowlist : allowlists(top)) {
            global.add(new GlobalAllowlist(
                    new HashSet<>(texts(allowlist, "targetRules", "an allowlist")),
                    allowlist(allowlist, "an allowlist")));
        }
        List<RuleDetector> detectors = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonNode node : top.path("rules")) {
            String id = node.path("id").asText("");
            if (id.isBlank() || !ids.add(id)) {
                throw problem("a rule has the id '" + id + "'; expected one of its own for each");
            }
            requireKnown(node, RULE, "rule " + id);
            if (node.has("path")) {
                LOG.warn("{}: rule {} is of files with a certain path, which no traffic has; it is left out", file, id);
                continue;
            }
            detectors.add(new RuleDetector(rule(node, id, global), detectors.size()));
        }
        if (ids.isEmpty()) {
            throw problem("it has no rule; expected at least one [[rules]]");
        }
        return detectors;
    }

    private record GlobalAllowlist(Set<String> rules, Allowlist allowlist) {

        boolean isOf(String id) {
            return rules.isEmpty() || rules.contains(id);
        }
    }

    private Rule rule(JsonNode node, String id, List<GlobalAllowlist> global) {
        String where = "rule " + id;
        Pattern regex = regex(node.path("regex"), where);
        JsonNode group = node.path("secretGroup");
        if (!group.isMissingNode()
                && (!group.canConvertToInt() || group.asInt() < 0 || group.asInt() > regex.groupCount())) {
            throw problem(where + " has the secretGroup " + group + "; expected 0 to " + regex.groupCount()
                    + ", the groups of its regex");
        }
        JsonNode entropy = node.path("entropy");
        if (!entropy.isMissingNode()
                && (!entropy.isNumber() || entropy.asDouble() < 0 || entropy.asDouble() > Byte.SIZE)) {
            throw problem(where + " has the entropy " + entropy + "; expected 0 to " + Byte.SIZE + " bits a character");
        }
        List<Allowlist> allowlists = new ArrayList<>();
        global.stream().filter(list -> list.isOf(id)).forEach(list -> allowlists.add(list.allowlist()));
        for (JsonNode allowlist : allowlists(node)) {
            allowlists.add(allowlist(allowlist, where));
        }
        List<String> keywords = texts(node, "keywords", where).stream()
                .map(keyword -> keyword.toLowerCase(Locale.ROOT))
                .filter(keyword -> !keyword.isEmpty())
                .toList();
        return new Rule(id, regex, group.asInt(), entropy.asDouble(), keywords, allowlists);
    }

    /** Of either spelling: one table, or several. */
    private static List<JsonNode> allowlists(JsonNode node) {
        List<JsonNode> found = new ArrayList<>();
        for (String name : List.of("allowlist", "allowlists")) {
            JsonNode value = node.path(name);
            if (value.isArray()) {
                value.forEach(found::add);
            } else if (value.isObject()) {
                found.add(value);
            }
        }
        return found;
    }

    private Allowlist allowlist(JsonNode node, String where) {
        String of = "the allowlist of " + where;
        requireKnown(node, ALLOWLIST, of);
        String condition = node.path("condition").asText("OR").toUpperCase(Locale.ROOT);
        boolean all = Set.of("AND", "&&").contains(condition);
        if (!all && !Set.of("OR", "||", "").contains(condition)) {
            throw problem(of + " has the condition '" + condition + "'; expected AND or OR");
        }
        Allowlist.@Nullable Target target =
                switch (node.path("regexTarget").asText("secret").toLowerCase(Locale.ROOT)) {
                    case "secret", "" -> Allowlist.Target.SECRET;
                    case "match" -> Allowlist.Target.MATCH;
                    case "line" -> Allowlist.Target.LINE;
                    default -> null;
                };
        if (target == null) {
            throw problem(of + " has the regexTarget " + node.path("regexTarget") + "; expected secret, match or line");
        }
        List<Pattern> regexes = new ArrayList<>();
        node.path("regexes").forEach(regex -> regexes.add(regex(regex, of)));
        List<String> stopwords = texts(node, "stopwords", of).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
        return new Allowlist(all, target, regexes, stopwords, node.has("paths") || node.has("commits"));
    }

    private Pattern regex(JsonNode node, String where) {
        if (!node.isTextual() || node.asText().isEmpty()) {
            throw problem(where + " has no regex; expected an expression of RE2");
        }
        try {
            return Pattern.compile(node.asText());
        } catch (PatternSyntaxException e) {
            throw problem(where + " has a regex that RE2 does not take: " + e.getMessage());
        }
    }

    private List<String> texts(JsonNode node, String field, String where) {
        JsonNode list = node.path(field);
        List<String> texts = new ArrayList<>();
        for (JsonNode item : list) {
            if (!item.isTextual()) {
                throw problem(where + " has " + field + " with " + item + " in it; expected texts");
            }
            texts.add(item.asText());
        }
        if (!list.isMissingNode() && !list.isArray()) {
            throw problem(where + " has " + field + " " + list + "; expected a list of texts");
        }
        return texts;
    }

    private void requireKnown(JsonNode node, Set<String> known, String where) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw problem(where + " has '" + name + "', which is not supported; expected only "
                        + known.stream().sorted().toList());
            }
        });
    }

    private ProducerException problem(String what) {
        return new ProducerException("redaction.rules: " + file + ": " + what);
    }
}
