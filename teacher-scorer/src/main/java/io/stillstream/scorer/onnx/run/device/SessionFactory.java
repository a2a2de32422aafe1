package io.stillstream.scorer.onnx.run.device;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens graphs on the configured device, and closes what it opened. */
public final class SessionFactory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionFactory.class);

    private final Device device;
    private final int threads;
    private final CudaConfig cuda;
    private final List<OrtSession> opened = new ArrayList<>();

    public SessionFactory(Device device, int threads, CudaConfig cuda) {
        this.device = device;
        this.threads = threads;
        this.cuda = cuda;
    }

    /** Reads a decoder as these sessions can run it, and with exact products of 8-bit integers. */
    public DecoderGraph read(Path model) {
        DecoderGraph exported = DecoderGraph.read(model);
        DecoderGraph decoder = device.cuda().isEmpty() ? exported.forCpu() : exported;
        // On a GPU too: the runtime has MatMulInteger of unsigned bytes for the CPU alone.
        return ByteProducts.saturate() ? decoder.forPreciseMode() : decoder;
    }

    public synchronized OrtSession open(Path file) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (SessionOptions options = new SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            options.setIntraOpNumThreads(threads);
            // Batches differ in shape, and a pattern would be kept for every shape.
            options.setMemoryPatternOptimization(false);
            // Threads spin between two operations of a run, where sleeping would cost a sixth of the speed, but not
            // after
            // it: they would take the cores that the other stages of the process run on.
            options.addConfigEntry("session.force_spinning_stop", "1");
            // 4-bit weights are multiplied in fp32; by default the runtime would round activations to 8 bits.
            options.addConfigEntry("session.qdq_matmulnbits_accuracy_level", "1");
            if (ByteProducts.saturate()) {
                options.addConfigEntry("session.x64quantprecision", "1");
            }
            if (device.cuda().isPresent()) {
                addCuda(options, device.cuda().getAsInt());
            }
            OrtSession session = environment.createSession(file.toString(), options);
            opened.add(session);
            return session;
        } catch (OrtException e) {
            throw new ScorerException("ONNX Runtime cannot open " + file + ": " + firstLine(e), e);
        }
    }

    @Override
    public synchronized void close() {
        for (OrtSession session : opened) {
            try {
                session.close();
            } catch (OrtException e) {
                throw new ScorerException("ONNX Runtime could not release a session: " + firstLine(e), e);
            }
        }
    }

    private void addCuda(SessionOptions options, int index) throws OrtException {
        try (OrtCUDAProviderOptions provider = new OrtCUDAProviderOptions(index)) {
            for (Map.Entry<String, String> option : cuda.providerOptions().entrySet()) {
                provider.add(option.getKey(), option.getValue());
            }
            options.addCUDA(provider);
        } catch (OrtException e) {
            if (!cuda.fallBackToCpu()) {
                throw new ScorerException(
                        "device " + device + " is not available (" + firstLine(e)
                                + "); install CUDA 12 and cuDNN 9 with a driver for the GPU, set device: cpu, or allow"
                                + " cuda.fall-back-to-cpu",
                        e);
            }
            LOG.warn("device {} is not available ({}): using the CPU", device, firstLine(e));
        }
    }

    private static String firstLine(OrtException e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
