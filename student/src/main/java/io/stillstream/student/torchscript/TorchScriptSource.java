package io.stillstream.student.torchscript;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * One module's text, as it is written and as an archive needs it.
 *
 * <p>libtorch's importer knows no {@code import} and finds functions by qualified names only. So import lines become
 * blank; calls of this module's and other modules' functions, and the names of other modules' classes, get the prefix
 * {@code __torch__.<module>.}; line numbers stay, so that compile errors point into the text as written.
 */
record TorchScriptSource(String module, String text) {

    private static final Pattern IMPORT = Pattern.compile("(?m)^(?:import|from) .*$");
    private static final Pattern DEFINITION = Pattern.compile("(?m)^def (\\w+)\\(");
    private static final Pattern CALL = Pattern.compile("(?<![\\w.])(?<!def )(?:(\\w+)\\.)?(\\w+)(?=\\()");

    /** A class is named where a type is. */
    private static final Pattern CLASS = Pattern.compile("(?<![\\w.])(\\w+)\\.([A-Z]\\w*)\\b");

    String qualified(Set<String> modules) {
        Set<String> functions = new TreeSet<>();
        DEFINITION.matcher(text).results().forEach(found -> functions.add(found.group(1)));
        String withoutImports = IMPORT.matcher(text).replaceAll("");
        String withCalls = CALL.matcher(withoutImports).replaceAll(call -> qualified(call, functions, modules));
        return CLASS.matcher(withCalls)
                .replaceAll(found -> modules.contains(found.group(1)) ? "__torch__." + found.group() : found.group());
    }

    private String qualified(MatchResult call, Set<String> functions, Set<String> modules) {
        String prefix = call.group(1);
        if (prefix == null && functions.contains(call.group(2))) {
            return "__torch__." + module + "." + call.group();
        }
        return prefix != null && modules.contains(prefix) ? "__torch__." + call.group() : call.group();
    }
}
