package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tensors that scripts make lie where their arguments do: a call that says nothing of its device makes them on the CPU. */
final class ScriptDevicesTest {

    private static final Pattern FACTORY =
            Pattern.compile("torch\\.(zeros|ones|full|arange|empty|tensor|eye|linspace|rand|randn|scalar_tensor)\\(");

    @Test
    void scripts_everyNewTensor_namesItsDevice() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("configuration/src"))) {
            root = root.getParent();
        }
        List<String> found = new ArrayList<>();
        int made = 0;
        for (String module : List.of("student", "student-trainer")) {
            Path scripts = root.resolve(module).resolve("src/main/resources/torchscript");
            try (Stream<Path> files = Files.walk(scripts)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".py"))
                        .sorted()
                        .toList()) {
                    String text = Files.readString(file);
                    Matcher call = FACTORY.matcher(text);
                    while (call.find()) {
                        made++;
                        String arguments = arguments(text, call.end());
                        if (!arguments.contains("device=")) {
                            found.add(file.getFileName() + ": " + call.group() + arguments + ")");
                        }
                    }
                }
            }
        }
        assertThat(made).isGreaterThan(10);
        assertThat(found).isEmpty();
    }

    /** What stands between the parenthesis before this place and its end. */
    private static String arguments(String text, int begin) {
        int open = 1;
        int end = begin;
        while (open > 0) {
            char next = text.charAt(end++);
            open += next == '(' ? 1 : next == ')' ? -1 : 0;
        }
        return text.substring(begin, end - 1);
    }
}
