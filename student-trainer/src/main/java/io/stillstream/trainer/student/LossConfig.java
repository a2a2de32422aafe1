package io.stillstream.trainer.student;

import io.stillstream.trainer.TrainerException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the student is trained to make small. */
public sealed interface LossConfig {

    /** The name it has in configuration and manifests. */
    String name();

    /** The terms that a step reports, by the names they have as meters, after the total. */
    List<String> terms();

    /** The weights of the terms as attributes of the training script. */
    Map<String, Object> attributes();

    /** Cross-entropy on the teacher's text alone. */
    static LossConfig crossEntropy() {
        return new CrossEntropy();
    }

    /** MultiLevelOT with the paper's weights. */
    static MultiLevelOt multiLevelOt() {
        return new MultiLevelOt(1.0, 50, 0.15, 0.1, 0.1, 1.0, 2.0, 0.1, 20);
    }

    /** −(1/T) Σ_t log s(t)[label_t]. */
    record CrossEntropy() implements LossConfig {

        @Override
        public String name() {
            return "cross-entropy";
        }

        @Override
        public List<String> terms() {
            return List.of("cross_entropy");
        }

        @Override
        public Map<String, Object> attributes() {
            // The script's class has them all; this loss reads the first alone.
            return multiLevelOt().attributes();
        }
    }

    /**
     * w CE + α (HAD + β SL + γ SD): Cui et al., AAAI 2025, the paper's equations.
     *
     * @param crossEntropyWeight w; the paper's is 1
     * @param k how many columns of the ranked distributions count
     * @param temperatureSequential τ_SL
     * @param temperatureSinkhorn τ_SD
     * @param lambda the entropic regularisation of the Sinkhorn distance
     * @param rounds N, its normalisation rounds
     */
    record MultiLevelOt(
            double crossEntropyWeight,
            int k,
            double alpha,
            double beta,
            double gamma,
            double temperatureSequential,
            double temperatureSinkhorn,
            double lambda,
            int rounds)
            implements LossConfig {

        public MultiLevelOt {
            if (k < 1 || rounds < 1) {
                throw new TrainerException(
                        "multilevelot has k " + k + " and " + rounds + " rounds; expected at least 1 of each");
            }
            if (!(temperatureSequential > 0) || !(temperatureSinkhorn > 0) || !(lambda > 0)) {
                throw new TrainerException("multilevelot has the temperatures " + temperatureSequential + " and "
                        + temperatureSinkhorn + " and lambda " + lambda + "; expected them above 0");
            }
            if (!(crossEntropyWeight >= 0) || !(alpha >= 0) || !(beta >= 0) || !(gamma >= 0)) {
                throw new TrainerException("multilevelot has the weights " + crossEntropyWeight + ", " + alpha + ", "
                        + beta + " and " + gamma + "; expected none below 0");
            }
        }

        @Override
        public String name() {
            return "multilevelot";
        }

        @Override
        public List<String> terms() {
            return List.of(
                    "cross_entropy", "holistic_absolute_difference", "sequential_logarithmic", "sinkhorn_distance");
        }

        @Override
        public Map<String, Object> attributes() {
            Map<String, Object> attributes = new LinkedHashMap<>();
            attributes.put("ce_weight", crossEntropyWeight);
            attributes.put("k", k);
            attributes.put("alpha", alpha);
            attributes.put("beta", beta);
            attributes.put("gamma", gamma);
            attributes.put("temperature_sl", temperatureSequential);
            attributes.put("temperature_sd", temperatureSinkhorn);
            attributes.put("lambda_", lambda);
            attributes.put("rounds", rounds);
            return attributes;
        }
    }
}
