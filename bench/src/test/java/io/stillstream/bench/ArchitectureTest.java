package io.stillstream.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The arrows of ARCHITECTURE.md: which module may use which, and which libraries are known to whom. It is in this module
 * because no other sees all of them.
 */
final class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // The modules' fixtures are on the class path as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.stillstream");

    /** Every module, with those that it may use; "main" is the class Stillstream alone. */
    private static final List<Module> MODULES = List.of(
            new Module("contract"),
            new Module("configuration"),
            new Module("statistics"),
            new Module("huggingface", "contract", "configuration"),
            new Module("monitoring", "contract", "configuration"),
            new Module("http", "configuration"),
            new Module("follower", "contract", "configuration", "monitoring"),
            new Module("producer", "contract", "configuration", "monitoring", "http", "follower"),
            new Module("console", "contract", "configuration", "monitoring"),
            new Module("scorer", "contract", "configuration", "huggingface", "monitoring"),
            new Module("student", "contract", "configuration", "huggingface"),
            new Module("trainer", "contract", "configuration", "huggingface", "monitoring", "student"),
            new Module(
                    "serving", "contract", "configuration", "huggingface", "monitoring", "http", "follower", "student"),
            new Module(
                    "evaluation",
                    "contract",
                    "configuration",
                    "statistics",
                    "huggingface",
                    "monitoring",
                    "scorer",
                    "student",
                    "trainer"),
            new Module("rollout", "contract", "configuration", "statistics", "monitoring"),
            new Module(
                    "pipeline",
                    "contract",
                    "configuration",
                    "statistics",
                    "huggingface",
                    "monitoring",
                    "http",
                    "follower",
                    "producer",
                    "scorer",
                    "student",
                    "trainer",
                    "serving",
                    "evaluation",
                    "rollout",
                    "console"),
            new Module("main", "pipeline"),
            new Module(
                    "bench",
                    "contract",
                    "configuration",
                    "statistics",
                    "huggingface",
                    "monitoring",
                    "http",
                    "follower",
                    "producer",
                    "scorer",
                    "student",
                    "trainer",
                    "serving",
                    "evaluation",
                    "rollout",
                    "console",
                    "pipeline",
                    "main"));

    /** Every library that not everybody may know, with the packages that may. */
    private static final List<Library> LIBRARIES = List.of(
            new Library("ONNX Runtime", List.of("ai.onnxruntime.."), "scorer.onnx..", "bench.scorer.."),
            new Library(
                    "the ONNX format",
                    List.of("ai.onnx.proto.."),
                    "scorer.onnx..",
                    "scorer.export..",
                    "bench.scorer.."),
            new Library("Hugging Face's tokenizers", List.of("ai.djl.huggingface.."), "huggingface.tokenizer.."),
            new Library(
                    "the Kafka server",
                    List.of("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server.."),
                    "pipeline.broker..",
                    "bench.."),
            new Library("Jetty", List.of("org.eclipse.jetty.."), "http..", "producer.proxy..", "serving.http.."),
            new Library(
                    "Kafka Streams",
                    List.of("org.apache.kafka.streams.."),
                    "scorer.topology..",
                    "pipeline.run..",
                    "bench.fault.scorer.."),
            new Library(
                    "the command line",
                    List.of("picocli.."),
                    "",
                    "pipeline.command..",
                    "bench",
                    "bench.command..",
                    "bench.bisect.."));

    private record Module(String name, List<String> mayUse) {

        Module(String name, String... mayUse) {
            this(name, List.of(mayUse));
        }

        private String packages() {
            return name.equals("main") ? "io.stillstream" : "io.stillstream." + name + "..";
        }
    }

    private record Library(String name, List<String> packages, List<String> knownTo) {

        Library(String name, List<String> packages, String... knownTo) {
            this(name, packages, List.of(knownTo));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void modules_useOnlyThoseBelowThem() {
        LayeredArchitecture modules = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (Module module : MODULES) {
            modules = modules.layer(module.name()).definedBy(module.packages());
        }
        for (Module module : MODULES) {
            modules = module.mayUse().isEmpty()
                    ? modules.whereLayer(module.name()).mayNotAccessAnyLayer()
                    : modules.whereLayer(module.name())
                            .mayOnlyAccessLayers(module.mayUse().toArray(String[]::new));
        }
        modules.ensureAllClassesAreContainedInArchitecture().check(CLASSES);
    }

    @Test
    void modules_areAllFound() {
        assertThat(MODULES)
                .allSatisfy(module -> assertThat(CLASSES.that(resideInAPackage(module.packages())))
                        .as(module.name())
                        .isNotEmpty());
    }

    /** By reachability: ArchUnit's slices().should().beFreeOfCycles() overlooks cycles (1.5.0, in this very graph). */
    @Test
    void packages_haveNoCycles() {
        Map<String, Map<String, Dependency>> uses = new TreeMap<>();
        CLASSES.stream()
                .flatMap(found -> found.getDirectDependenciesFromSelf().stream())
                .filter(used -> CLASSES.contain(used.getTargetClass().getName()))
                .filter(used -> !packageOf(used.getTargetClass()).equals(packageOf(used.getOriginClass())))
                .forEach(used -> uses.computeIfAbsent(packageOf(used.getOriginClass()), name -> new TreeMap<>())
                        .putIfAbsent(packageOf(used.getTargetClass()), used));
        List<String> arrowsOfCycles = new ArrayList<>();
        uses.forEach((origin, used) -> used.forEach((target, dependency) -> {
            if (reachable(target, uses).contains(origin)) {
                arrowsOfCycles.add(origin + " -> " + target + ": " + dependency.getDescription());
            }
        }));
        assertThat(arrowsOfCycles).isEmpty();
    }

    private static String packageOf(JavaClass found) {
        return found.getPackageName();
    }

    /** The packages that are used from one of them, directly or not. */
    private static Set<String> reachable(String from, Map<String, Map<String, Dependency>> uses) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty()) {
            for (String next : uses.getOrDefault(open.pop(), Map.of()).keySet()) {
                if (reached.add(next)) {
                    open.push(next);
                }
            }
        }
        return reached;
    }

    static List<Library> libraries() {
        return LIBRARIES;
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void library_isKnownToFewPackages(Library library) {
        noClasses()
                .that()
                .resideOutsideOfPackages(ours(library.knownTo()))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library.packages().toArray(String[]::new))
                .as("no package but " + String.join(", ", ours(library.knownTo())) + " knows " + library.name())
                .check(CLASSES);
    }

    @Test
    void djlsEngine_isKnownToStudentAndTrainer() {
        DescribedPredicate<JavaClass> engine =
                resideInAPackage("ai.djl..").and(resideOutsideOfPackage("ai.djl.huggingface.."));
        noClasses()
                .that()
                .resideOutsideOfPackages(ours(List.of("student..", "trainer..", "bench.loss..", "bench.trainer..")))
                .should()
                .dependOnClassesThat(engine.as("are of DJL's engine"))
                .check(CLASSES);
    }

    /**
     * The machine's locale may have other digits, another decimal sign and other letters: what is a file's name, an id or a
     * line that something reads would be another there. {@code Locale.ROOT} is named, or none is needed.
     */
    @Test
    void texts_areFormattedForNoLocaleOfTheMachine() {
        noClasses()
                .should()
                .accessTargetWhere(ofLocale(String.class, "formatted", Object[].class)
                        .or(ofLocale(String.class, "format", String.class, Object[].class))
                        .or(ofLocale(String.class, "toLowerCase"))
                        .or(ofLocale(String.class, "toUpperCase"))
                        .or(ofLocale(PrintStream.class, "printf", String.class, Object[].class))
                        .or(ofLocale(PrintStream.class, "format", String.class, Object[].class))
                        .or(ofLocale(PrintWriter.class, "printf", String.class, Object[].class))
                        .or(ofLocale(PrintWriter.class, "format", String.class, Object[].class)))
                .as("nothing is written in the machine's locale")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaAccess<?>> ofLocale(Class<?> owner, String method, Class<?>... parameters) {
        List<String> types = Arrays.stream(parameters).map(Class::getName).toList();
        return DescribedPredicate.describe(
                "of " + owner.getSimpleName() + "." + method,
                access -> access.getTarget() instanceof CodeUnitAccessTarget target
                        && target.getName().equals(method)
                        && target.getOwner().isAssignableTo(owner)
                        && target.getRawParameterTypes().stream()
                                .map(JavaClass::getName)
                                .toList()
                                .equals(types));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void library_isUsed(Library library) {
        DescribedPredicate<JavaClass> its =
                resideInAnyPackage(library.packages().toArray(String[]::new));
        assertThat(CLASSES.stream()
                        .flatMap(found -> found.getDirectDependenciesFromSelf().stream())
                        .map(Dependency::getTargetClass))
                .anyMatch(its);
    }

    private static String[] ours(List<String> packages) {
        return packages.stream()
                .map(name -> name.isEmpty() ? "io.stillstream" : "io.stillstream." + name)
                .toArray(String[]::new);
    }
}
