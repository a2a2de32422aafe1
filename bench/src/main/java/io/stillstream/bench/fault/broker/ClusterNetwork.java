package io.stillstream.bench.fault.broker;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each node, and a bridge between them and this machine. A node whose link is down reaches nobody, and
 * nobody reaches it. Of Linux, and for root alone.
 */
final class ClusterNetwork implements AutoCloseable {

    private static final String BRIDGE = "stillstream-br";
    private static final String NAMESPACE = "stillstream-node";
    private static final String LINK = "stillstream-l";
    private static final String NETWORK = "10.213.47.";
    private static final int HOST = 254;
    private static final String MASK = "/24";

    private final int nodes;

    private ClusterNetwork(int nodes) {
        this.nodes = nodes;
    }

    /** @throws PipelineException when this machine or user cannot have one */
    static ClusterNetwork create(int nodes) {
        var network = new ClusterNetwork(nodes);
        // What a run that was killed has left.
        network.close();
        try {
            ip("link add " + BRIDGE + " type bridge");
            ip("addr add " + NETWORK + HOST + MASK + " dev " + BRIDGE);
            ip("link set " + BRIDGE + " up");
            for (int node = 1; node <= nodes; node++) {
                String namespace = NAMESPACE + node;
                ip("netns add " + namespace);
                ip("link add " + LINK + node + " type veth peer name eth0 netns " + namespace);
                ip("link set " + LINK + node + " master " + BRIDGE + " up");
                ip("-n " + namespace + " addr add " + network.address(node) + MASK + " dev eth0");
                ip("-n " + namespace + " link set eth0 up");
                ip("-n " + namespace + " link set lo up");
            }
            return network;
        } catch (PipelineException e) {
            network.close();
            throw e;
        }
    }

    String address(int node) {
        return NETWORK + node;
    }

    /** What a process of this node is started by. */
    List<String> launcher(int node) {
        return List.of("ip", "netns", "exec", NAMESPACE + node);
    }

    void cutOff(int node) {
        ip("link set " + LINK + node + " down");
    }

    void reconnect(int node) {
        ip("link set " + LINK + node + " up");
    }

    @Override
    public void close() {
        for (int node = 1; node <= nodes; node++) {
            run("netns del " + NAMESPACE + node);
            run("link del " + LINK + node);
        }
        run("link del " + BRIDGE);
    }

    private static void ip(String arguments) {
        String problem = run(arguments);
        if (!problem.isEmpty()) {
            throw new PipelineException("the network of the brokers cannot be made: ip " + arguments + ": " + problem
                    + "; it takes Linux, iproute2 and root");
        }
    }

    /** @return what was wrong; empty when nothing was */
    private static String run(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int exit = process.waitFor();
            return exit == 0 ? "" : said.isEmpty() ? "exit code " + exit : said;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
