package io.stillstream.rollout.delivery;

import io.stillstream.contract.rollout.RolloutDelivery;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that is run for each transition, with the message on its standard input and the delivery's id in
 * {@code STILLSTREAM_DELIVERY_ID}. It knows when it ends with 0.
 */
public final class CommandHook implements DeliveryTarget {

    public static final String NAME = "command";
    static final String ID = "STILLSTREAM_DELIVERY_ID";

    private final List<String> command;
    private final DeliveryMessage messages;
    private final Duration timeout;

    /**
     * @param command with its arguments
     * @param snapshots where the trainer's snapshots are, each under its id
     * @param timeout after which it is killed
     */
    public CommandHook(List<String> command, Path snapshots, Duration timeout) {
        this.command = List.copyOf(command);
        this.messages = new DeliveryMessage(snapshots);
        this.timeout = timeout;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void deliver(RolloutDelivery delivery) throws InterruptedException {
        byte[] message = messages.of(delivery);
        var builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put(ID, delivery.id());
        try {
            Process process = builder.start();
            try {
                write(message, process);
                if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new DeliveryException(command.get(0) + " did not end within " + timeout.toSeconds() + " s");
                }
                if (process.exitValue() != 0) {
                    throw new DeliveryException(command.get(0) + " ended with " + process.exitValue() + "; expected 0");
                }
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new DeliveryException(command.get(0) + " could not be run: " + e.getMessage(), e);
        }
    }

    /** A program may well end without reading; whether it knows, its exit code says. */
    private static void write(byte[] message, Process process) throws IOException {
        OutputStream in = process.getOutputStream();
        try (in) {
            in.write(message);
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
        }
    }
}
