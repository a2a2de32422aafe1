package io.stillstream.student.torchscript;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.stillstream.student.StudentException;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** A compiled {@link TorchScriptArchive}, ready to be called. For one thread at a time. */
public final class TorchScriptModule implements AutoCloseable {

    /** DJL's way to call another method than {@code forward}: an argument of this name is not passed on. */
    private static final String METHOD = "module_method:";

    private final Model model;

    private TorchScriptModule(Model model) {
        this.model = model;
    }

    /** @throws StudentException when the text does not compile: the message names file and line */
    public static TorchScriptModule load(TorchScriptArchive archive) {
        return load(archive, Device.cpu());
    }

    /** The same, for arguments that lie on a device. */
    public static TorchScriptModule load(TorchScriptArchive archive, Device device) {
        Model model = TorchEngine.newModel(archive.className(), device);
        try {
            model.load(new ByteArrayInputStream(archive.bytes()));
            return new TorchScriptModule(model);
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new StudentException(archive.className() + " does not compile: " + e.getMessage(), e);
        }
    }

    /**
     * Calls a method. Arguments go by order, except that arrays named {@code d.key} are gathered into one dictionary
     * argument. None of the arguments need require a gradient.
     *
     * @param scope owns the results
     */
    public NDList call(NDManager scope, String method, NDList arguments) {
        // Results belong to the first argument's manager, so this one comes first.
        NDArray selector = scope.zeros(new Shape(1));
        selector.setName(METHOD + method);
        NDList all = new NDList(arguments.size() + 1);
        all.add(selector);
        all.addAll(arguments);
        try {
            // Training mode, because the other one forbids gradients inside the script.
            return model.getBlock().forward(new ParameterStore(scope, false), all, true);
        } catch (EngineException e) {
            throw new StudentException(model.getName() + "." + method + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
