package io.stillstream.console.http;

import io.stillstream.monitoring.http.HttpAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The page's own files, read once. */
final class StaticFiles {

    private static final String OURS = "/io/stillstream/console/";

    /** The version is that of the parent's pom.xml. */
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";

    private static final List<String> SCRIPTS =
            List.of("console", "text", "stages", "curves", "tables", "rollout", "rewind", "judge", "answers");

    private final Map<String, HttpAnswer> answers = new TreeMap<>();

    StaticFiles() {
        put("", OURS + "console.html", "text/html; charset=utf-8");
        put("/console.css", OURS + "console.css", STYLE);
        put("/icon.svg", OURS + "icon.svg", "image/svg+xml");
        put("/uplot.js", UPLOT + "uPlot.iife.min.js", SCRIPT);
        put("/uplot.css", UPLOT + "uPlot.min.css", STYLE);
        for (String script : SCRIPTS) {
            put("/" + script + ".js", OURS + script + ".js", SCRIPT);
        }
    }

    /** @param path below the console's own */
    Optional<HttpAnswer> find(String path) {
        return Optional.ofNullable(answers.get(path));
    }

    private void put(String path, String resource, String type) {
        try (InputStream in = StaticFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("this build lacks " + resource);
            }
            answers.put(path, HttpAnswer.of(200, type, in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
