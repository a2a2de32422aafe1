package io.stillstream.pipeline.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The table "Access to the cluster" of {@code docs/operations.md}, as what it says that Kafka's ACLs have to be. */
final class AccessTable {

    private static final String HEADING = "## Access to the cluster\n";
    private static final String CELLS = " *\\| *";
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final String ANYTHING = "*";

    private final Map<String, Set<Right>> rights;

    private AccessTable(Map<String, Set<Right>> rights) {
        this.rights = rights;
    }

    /** What a user may do with a topic, a group or a transactional id. */
    record Right(AclOperation operation, ResourceType type, String name, PatternType pattern) {

        private static Right of(AclOperation operation, ResourceType type, String written) {
            return written.endsWith(ANYTHING)
                    ? new Right(
                            operation,
                            type,
                            written.substring(0, written.length() - ANYTHING.length()),
                            PatternType.PREFIXED)
                    : new Right(operation, type, written, PatternType.LITERAL);
        }

        AclBinding to(String user) {
            return new AclBinding(
                    new ResourcePattern(type, name, pattern),
                    new AccessControlEntry("User:" + user, ANYTHING, operation, AclPermissionType.ALLOW));
        }
    }

    static AccessTable read() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("configuration/src"))) {
            root = root.getParent();
        }
        String text = Files.readString(root.resolve("docs/operations.md"));
        Map<String, Set<Right>> rights = new LinkedHashMap<>();
        text.substring(text.indexOf(HEADING))
                .lines()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> line.substring(1).strip().split(CELLS, -1))
                .forEach(cells -> rights.put(cells[0], rights(cells)));
        return new AccessTable(rights);
    }

    private static Set<Right> rights(String[] cells) {
        Set<Right> rights = new LinkedHashSet<>();
        names(cells[1]).forEach(name -> rights.add(Right.of(AclOperation.READ, ResourceType.TOPIC, name)));
        names(cells[2]).forEach(name -> rights.add(Right.of(AclOperation.WRITE, ResourceType.TOPIC, name)));
        for (String further : cells[3].split(";", -1)) {
            names(further).forEach(name -> rights.add(Right.of(operation(further.strip()), ResourceType.TOPIC, name)));
        }
        names(cells[4]).forEach(name -> rights.add(Right.of(AclOperation.READ, ResourceType.GROUP, name)));
        names(cells[5]).forEach(name -> rights.add(Right.of(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, name)));
        return rights;
    }

    /** The word before the names: {@code DescribeConfigs}, as Kafka's documentation spells it. */
    private static AclOperation operation(String further) {
        String word = further.substring(0, further.indexOf(' '));
        return AclOperation.fromString(word.replaceAll("(?<=[a-z])(?=[A-Z])", "_"));
    }

    private static List<String> names(String cell) {
        List<String> names = new ArrayList<>();
        Matcher matcher = NAME.matcher(cell);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** The first cells. */
    Set<String> commands() {
        return rights.keySet();
    }

    /** @param command a first cell */
    Set<Right> of(String command) {
        Set<Right> found = rights.get(command);
        if (found == null) {
            throw new IllegalArgumentException("no row of " + command + " among " + rights.keySet());
        }
        return found;
    }
}
