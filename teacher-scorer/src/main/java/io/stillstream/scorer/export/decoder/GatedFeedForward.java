package io.stillstream.scorer.export.decoder;

import java.io.IOException;
import java.util.List;

/** down(f(gate) · up). */
final class GatedFeedForward {

    private final Parts parts;
    private final Norms norms;
    private final String activation;

    GatedFeedForward(Parts parts, Norms norms, String activation) {
        this.parts = parts;
        this.norms = norms;
        this.activation = activation;
    }

    String draw(String x, String name) throws IOException {
        String gate = parts.linears().linear(x, name + "gate_proj");
        String up = parts.linears().linear(x, name + "up_proj");
        return down(gate, up, name);
    }

    String down(String gate, String up, String name) throws IOException {
        String gated = parts.graph().node("Mul", List.of(norms.activation(activation, gate), up));
        return parts.linears().linear(gated, name + "down_proj");
    }
}
