package io.stillstream.scorer.onnx.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Groups texts that begin alike, as chats under one system prompt do, so that their beginning is run once.
 *
 * <p>Texts are taken in lexicographic order, where those that begin alike are neighbours. A text joins the group before it
 * when it shares enough with all of it; texts that no other joins make one group that shares nothing.
 */
final class PrefixGroups {

    /**
     * @param members places in the list of texts
     * @param shared how many tokens all begin with alike; 0 where nothing is gained
     */
    record Group(List<Integer> members, int shared) {}

    private PrefixGroups() {}

    /**
     * @param longest of each text the most tokens that may be shared: its prompt but for the last token
     * @param shortest the fewest tokens that are worth a run of their own
     */
    static List<Group> of(List<int[]> texts, int[] longest, int shortest) {
        int[] order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparing(texts::get, Arrays::compare))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Group> groups = new ArrayList<>();
        List<Integer> alone = new ArrayList<>();
        int start = 0;
        while (start < order.length) {
            List<Integer> members = new ArrayList<>(List.of(order[start]));
            int shared = longest[order[start]];
            for (int next = start + 1; next < order.length; next++) {
                int common = Math.min(longest[order[next]], common(texts.get(order[start]), texts.get(order[next])));
                if (Math.min(shared, common) < shortest) {
                    break;
                }
                shared = Math.min(shared, common);
                members.add(order[next]);
            }
            start += members.size();
            if (members.size() > 1) {
                groups.add(new Group(List.copyOf(members), shared));
            } else {
                alone.addAll(members);
            }
        }
        if (!alone.isEmpty()) {
            groups.add(new Group(List.copyOf(alone), 0));
        }
        return groups;
    }

    private static int common(int[] first, int[] second) {
        int mismatch = Arrays.mismatch(first, second);
        return mismatch < 0 ? first.length : mismatch;
    }
}
