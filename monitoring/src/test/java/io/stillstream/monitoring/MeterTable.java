package io.stillstream.monitoring;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.stillstream.monitoring.stage.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The README's table of meters, made of what a registry exposes: a row for each name that Prometheus sees. */
final class MeterTable {

    private static final Pattern HELP = Pattern.compile("# HELP (\\S+) (.*)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{(.*)\\} \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"([^\"]*)\"");

    /** Every meter has the first two, every histogram's bucket the third. */
    private static final Set<String> NOT_SHOWN = Set.of("application", "stage", "le");

    /** Labels whose values depend on the run, or are too many for a cell. */
    private static final Set<String> WITHOUT_VALUES = Set.of("topic", "partition", "term", "reason");

    private final Map<String, String> helps = new LinkedHashMap<>();
    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Map<String, Set<String>>> labels = new LinkedHashMap<>();
    private final Map<String, String> units = new LinkedHashMap<>();

    private MeterTable() {}

    static String of(PrometheusMeterRegistry registry) {
        var table = new MeterTable();
        registry.scrape().lines().forEach(table::read);
        registry.getMeters().forEach(table::readUnit);
        List<String> rows = new ArrayList<>(
                List.of("| stage | meter | type | unit | labels | what it measures |", "|---|---|---|---|---|---|"));
        table.types.keySet().stream()
                .filter(name -> name.startsWith("stillstream_") || name.startsWith("process_resident_memory"))
                .filter(name -> !table.isMaximum(name))
                .sorted(Comparator.comparing(table::firstStage).thenComparing(name -> name))
                .map(table::row)
                .forEach(rows::add);
        return String.join("\n", rows);
    }

    private void read(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        Matcher sample = SAMPLE.matcher(line);
        if (help.matches()) {
            helps.put(help.group(1), help.group(2).strip());
        } else if (type.matches()) {
            types.put(type.group(1), type.group(2));
        } else if (sample.matches()) {
            String name = sample.group(1).replaceFirst("_(bucket|count|sum)$", "");
            Map<String, Set<String>> found =
                    labels.computeIfAbsent(types.containsKey(name) ? name : sample.group(1), unused -> new TreeMap<>());
            Matcher label = LABEL.matcher(sample.group(2));
            while (label.find()) {
                found.computeIfAbsent(label.group(1), unused -> new TreeSet<>()).add(label.group(2));
            }
        }
    }

    private void readUnit(Meter meter) {
        String unit = meter instanceof Timer
                ? "seconds"
                : Objects.requireNonNullElse(meter.getId().getBaseUnit(), "");
        units.put(meter.getId().getName().replace('.', '_'), unit);
    }

    /** Micrometer gives every histogram a gauge of its recent maximum. */
    private boolean isMaximum(String name) {
        return name.endsWith("_max") && types.containsKey(name.substring(0, name.length() - "_max".length()));
    }

    private Stage firstStage(String name) {
        return stages(name).get(0);
    }

    private List<Stage> stages(String name) {
        Set<String> found = labels.getOrDefault(name, Map.of()).getOrDefault("stage", Set.of());
        return Arrays.stream(Stage.values())
                .filter(stage -> found.contains(stage.label()))
                .toList();
    }

    private String row(String name) {
        String unit = units.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .max(Comparator.comparing(entry -> entry.getKey().length()))
                .map(Map.Entry::getValue)
                .orElseThrow();
        String shown = labels.getOrDefault(name, Map.of()).entrySet().stream()
                .filter(label -> !NOT_SHOWN.contains(label.getKey()))
                .map(label -> "`" + label.getKey() + "`"
                        + (WITHOUT_VALUES.contains(label.getKey()) ? "" : ": " + String.join(", ", label.getValue())))
                .collect(Collectors.joining(", "));
        String stages = stages(name).stream()
                .map(stage -> stage == Stage.PIPELINE ? "process" : stage.label())
                .collect(Collectors.joining(", "));
        return "| %s | `%s` | %s | %s | %s | %s |"
                .formatted(stages, name, types.get(name), unit, shown, helps.get(name))
                .replace("|  |", "| |")
                .replace("|  |", "| |");
    }
}
