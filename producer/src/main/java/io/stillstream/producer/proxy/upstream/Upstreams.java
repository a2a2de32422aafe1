package io.stillstream.producer.proxy.upstream;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Which upstream a call goes to: by the longest beginning of its path, then by its model. */
public final class Upstreams {

    private final List<Upstream> byName;

    /** @param upstreams at least one */
    public Upstreams(List<Upstream> upstreams) {
        byName = upstreams.stream().sorted(Comparator.comparing(Upstream::name)).toList();
    }

    List<Upstream> all() {
        return byName;
    }

    /** Those that serve the path, by name; where there is more than one, the model decides. */
    public List<Upstream> of(String path) {
        int longest = byName.stream()
                .filter(upstream -> upstream.fits(path))
                .mapToInt(upstream -> upstream.config().path().length())
                .max()
                .orElse(0);
        return byName.stream()
                .filter(upstream ->
                        upstream.fits(path) && upstream.config().path().length() == longest)
                .toList();
    }

    /**
     * The one that serves the model. One that names the model goes before one that names its beginning, the longest of them
     * first, and that before one that serves all.
     */
    public static Optional<Upstream> serving(List<Upstream> candidates, String model) {
        Function<Upstream, Integer> closeness = upstream -> upstream.config().closeness(model);
        return candidates.stream()
                .filter(upstream -> closeness.apply(upstream) >= 0)
                .max(Comparator.comparing(closeness).thenComparing(Upstream::name, Comparator.reverseOrder()));
    }

    /** The one that serves all models, where a call names none. */
    public static Optional<Upstream> servingAll(List<Upstream> candidates) {
        return candidates.stream()
                .filter(upstream -> upstream.config().models().isEmpty())
                .findFirst();
    }
}
