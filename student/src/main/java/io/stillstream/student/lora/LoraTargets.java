package io.stillstream.student.lora;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.student.StudentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which modules of a decoder get an adapter, or are trained whole. Names match as PEFT has it. */
public final class LoraTargets {

    private static final String WEIGHT = ".weight";

    private final Architecture architecture;
    private final Map<String, Widths> linear = new LinkedHashMap<>();

    /** Of a linear map, as it multiplies: y = x Wᵀ with W {@code [out, in]}. */
    public record Widths(long out, long in) {}

    /** @throws StudentException when it is an encoder–decoder */
    public LoraTargets(Architecture architecture) {
        if (architecture.decoderStart() != null) {
            throw new StudentException("the student is an encoder-decoder (" + architecture.script()
                    + "), for which there are no adapters; expected a decoder, or trainer.lora.rank 0");
        }
        this.architecture = architecture;
        Set<String> lookedUp = new LinkedHashSet<>(architecture.positionEmbeddings());
        lookedUp.add(architecture.embedding());
        lookedUp.add(architecture.head());
        architecture.parameters().forEach((name, shape) -> {
            if (shape.size() == 2 && name.endsWith(WEIGHT) && !lookedUp.contains(name)) {
                boolean transposed = architecture.transposedMaps();
                linear.put(module(name), new Widths(shape.get(transposed ? 1 : 0), shape.get(transposed ? 0 : 1)));
            }
        });
    }

    /** Every linear map of the blocks, by its name. */
    public Map<String, Widths> linear() {
        return linear;
    }

    /**
     * The linear maps that get an adapter, in the order of computation.
     *
     * @throws StudentException when a target is none
     */
    public List<String> targets(LoraConfig config) {
        Set<String> chosen = new LinkedHashSet<>();
        for (String target : config.targets()) {
            List<String> found = linear.keySet().stream()
                    .filter(module -> target.equals(LoraConfig.ALL_LINEAR) || matches(module, target))
                    .toList();
            if (found.isEmpty()) {
                throw new StudentException("trainer.lora.targets names " + target + ", which " + reason(target)
                        + "; expected " + LoraConfig.ALL_LINEAR + " or any of " + lastParts());
            }
            chosen.addAll(found);
        }
        return linear.keySet().stream().filter(chosen::contains).toList();
    }

    /**
     * The weights that are trained whole, in the order of computation.
     *
     * @throws StudentException when a module is none, has an adapter, or shares its weight with another
     */
    public List<String> saved(LoraConfig config) {
        List<String> adapted = targets(config);
        Set<String> chosen = new LinkedHashSet<>();
        for (String wanted : config.modulesToSave()) {
            List<String> found = architecture.parameters().keySet().stream()
                    .filter(name -> module(name).endsWith(wanted))
                    .toList();
            requireSaved(wanted, found, adapted);
            chosen.addAll(found);
        }
        List<String> saved = new ArrayList<>(architecture.parameters().keySet());
        saved.retainAll(chosen);
        return saved;
    }

    private void requireSaved(String wanted, List<String> found, List<String> adapted) {
        String head = module(architecture.untiedHead());
        boolean tied = architecture.dimensions().tied();
        if (tied && (head.endsWith(wanted) || found.contains(architecture.embedding()))) {
            throw new StudentException("trainer.lora.modules-to-save names " + wanted
                    + ", and the LM head is the embedding (tie_word_embeddings): PEFT would train a copy of one and keep"
                    + " the other; expected a student whose LM head is its own");
        }
        if (found.isEmpty()) {
            throw new StudentException("trainer.lora.modules-to-save names " + wanted
                    + ", and no module with weights ends so; expected the end of a name such as "
                    + module(architecture.head()));
        }
        if (found.contains("embed_out.weight")) {
            throw new StudentException("trainer.lora.modules-to-save names " + wanted
                    + ", whose name in memory differs between versions of transformers, so that an adapter would not"
                    + " open in each; expected another module");
        }
        for (String name : found) {
            if (adapted.contains(module(name))) {
                throw new StudentException("trainer.lora.modules-to-save names " + wanted + ", and " + module(name)
                        + " has an adapter by trainer.lora.targets; expected it in one of them");
            }
        }
    }

    private String reason(String target) {
        if (Stream.of(architecture.untiedHead(), architecture.embedding())
                .anyMatch(name -> matches(module(name), target))) {
            return "is the LM head or the embedding: its logits are computed in chunks without an adapter"
                    + " (trainer.lora.modules-to-save trains it whole)";
        }
        boolean known = architecture.parameters().keySet().stream().anyMatch(name -> matches(module(name), target));
        return known ? "is no linear map" : "this " + architecture.script() + " decoder does not have";
    }

    private String lastParts() {
        return linear.keySet().stream()
                .map(module -> module.substring(module.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(TreeSet::new))
                .toString();
    }

    private static boolean matches(String module, String target) {
        return module.equals(target) || module.endsWith("." + target);
    }

    private static String module(String parameter) {
        return parameter.substring(0, parameter.lastIndexOf('.'));
    }
}
