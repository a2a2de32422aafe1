package io.stillstream.contract;

/**
 * Learns numbers of a fixed count of bits: each bit, from the highest, has a model for every way in which the bits before it
 * can be.
 */
final class BitTree {

    private final int bits;
    private final AdaptiveBit[] nodes;

    BitTree(int bits) {
        this.bits = bits;
        this.nodes = new AdaptiveBit[1 << bits];
    }

    void encode(RangeEncoder encoder, int number) {
        int node = 1;
        for (int shift = bits - 1; shift >= 0; shift--) {
            int bit = (number >>> shift) & 1;
            encoder.encode(model(node), bit);
            node = 2 * node + bit;
        }
    }

    int decode(RangeDecoder decoder) {
        int node = 1;
        for (int i = 0; i < bits; i++) {
            node = 2 * node + decoder.decode(model(node));
        }
        return node - nodes.length;
    }

    private AdaptiveBit model(int node) {
        AdaptiveBit model = nodes[node];
        if (model == null) {
            model = new AdaptiveBit();
            nodes[node] = model;
        }
        return model;
    }
}
