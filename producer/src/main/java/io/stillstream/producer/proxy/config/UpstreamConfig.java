package io.stillstream.producer.proxy.config;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An API behind the proxy, OpenAI's or one like it.
 *
 * @param url where it is, as a client of it would have it for its base URL: {@code https://api.openai.com/v1}; a {@code /v1} at the
 *     end stands for the {@code /v1} that callers' paths begin with
 * @param path what the paths of calls to it begin with; it is taken off before they are sent on. Of several that fit, the longest
 *     counts; empty fits all
 * @param models which models it serves, by name, or by its beginning with {@code *} at the end; empty serves all. Looked at where
 *     several upstreams fit a path
 * @param key its API key, sent in place of the callers' own; empty passes theirs on. Best kept out of the file: in the environment
 *     as {@code STILLSTREAM_PROXY_UPSTREAMS_NAME_KEY}
 * @param keyHeader the header of that key; in {@code authorization} it follows the word {@code Bearer}
 */
public record UpstreamConfig(String url, String path, List<String> models, String key, String keyHeader)
        implements HoldsSecrets {

    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)*");
    private static final Pattern KEY = Pattern.compile("[!-~]*");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    public UpstreamConfig {
        models = List.copyOf(models);
        Check.that(
                url.isEmpty() || uri(url) != null,
                "url",
                url,
                "an http or https URL without query, as https://api.openai.com/v1");
        Check.that(PATH.matcher(path).matches(), "path", path, "a path as /openai, with no slash at its end");
        models.forEach(model -> Check.that(
                !model.isBlank() && !model.substring(0, model.length() - 1).contains("*"),
                "models",
                model,
                "names of models, or their beginning and one * at the end"));
        if (!KEY.matcher(key).matches()) {
            throw InvalidSettingException.ofSecret("key", "printable ASCII characters without blanks");
        }
        Check.that(HEADER.matcher(keyHeader).matches(), "keyHeader", keyHeader, "the name of a header");
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("key", WHOLE);
    }

    /** Without an address, which is to be set. */
    public static UpstreamConfig defaults() {
        return new UpstreamConfig("", "", List.of(), "", "authorization");
    }

    /** For all models and paths, with the callers' own keys. */
    public static UpstreamConfig at(String url) {
        return new UpstreamConfig(url, "", List.of(), "", "authorization");
    }

    /** How closely it names the model: by how many letters, all being more than any beginning; -1 where it does not serve it. */
    public int closeness(String model) {
        return closeness(models, model);
    }

    /** The same for a list of names as {@code models} is one. */
    public static int closeness(List<String> models, String model) {
        if (models.isEmpty()) {
            return 0;
        }
        return models.stream()
                .mapToInt(name -> {
                    if (name.equals(model)) {
                        return Integer.MAX_VALUE;
                    }
                    boolean begins = name.endsWith("*") && model.startsWith(name.substring(0, name.length() - 1));
                    return begins ? name.length() : -1;
                })
                .max()
                .orElse(-1);
    }

    private static @Nullable URI uri(String url) {
        try {
            URI uri = new URI(url);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return http
                            && uri.getHost() != null
                            && uri.getRawQuery() == null
                            && uri.getRawFragment() == null
                            && uri.getRawUserInfo() == null
                    ? uri
                    : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
