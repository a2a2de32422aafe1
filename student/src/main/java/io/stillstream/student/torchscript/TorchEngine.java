package io.stillstream.student.torchscript;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.stillstream.student.StudentException;

/** Starts PyTorch once, set up so that the same inputs give the same bytes, and nothing is downloaded or reported. */
public final class TorchEngine {

    private static final String NAME = "PyTorch";

    static {
        // The optimizing executor profiles its first runs and then switches kernels: a step would depend on how many
        // ran before it in this process, and a resumed run would differ from an uninterrupted one.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private TorchEngine() {}

    /**
     * Sets how many threads one operation may use, for the whole process. Fewer are faster where other work shares the
     * cores: an operation waits for its slowest thread. Results are the same bytes for the same number only.
     */
    public static void useThreads(int threads) {
        if (threads < 1) {
            throw new StudentException("PyTorch cannot use " + threads + " threads; expected at least 1");
        }
        newScope().close();
        JniUtils.setNumThreads(threads);
    }

    /** How many threads one operation uses. */
    public static int threads() {
        newScope().close();
        return JniUtils.getNumThreads();
    }

    /** A root scope of arrays; whatever is attached to it is freed when it is closed. */
    public static NDManager newScope() {
        return newScope(Device.cpu());
    }

    /** The same, of arrays on a device. */
    public static NDManager newScope(Device device) {
        return NDManager.newBaseManager(device, NAME);
    }

    static Model newModel(String name, Device device) {
        return Model.newInstance(name, device, NAME);
    }
}
