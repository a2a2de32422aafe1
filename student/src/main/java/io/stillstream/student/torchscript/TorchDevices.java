package io.stillstream.student.torchscript;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.student.StudentException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The devices that compute, of one kind: the CPU, or CUDA devices.
 *
 * @param all at least one. A CUDA device is in it once; the CPU may be in it several times, as several devices with one memory
 */
public record TorchDevices(List<Device> all) {

    /** What the setting says by default. */
    public static final String CPU = "cpu";

    /** A CUDA device after the first needs no name but its number. */
    private static final Pattern NAME = Pattern.compile("(cpu)|(?:cuda:)?(\\d{1,3})");

    private static final String EXPECTED =
            "cpu, or CUDA devices by their numbers, each once, such as cuda:0 or cuda:0,1";

    public TorchDevices {
        all = List.copyOf(all);
    }

    public static TorchDevices cpu() {
        return new TorchDevices(List.of(Device.cpu()));
    }

    /**
     * Reads a setting: {@code cpu}, {@code cuda:0}, {@code cuda:0,1}.
     *
     * @param component the setting's name
     * @throws InvalidSettingException when it is none of these
     */
    public static TorchDevices parse(String component, String text) {
        List<Device> devices = new ArrayList<>();
        for (String item : text.split(",", -1)) {
            Matcher name = NAME.matcher(item.strip());
            if (!name.matches()) {
                throw new InvalidSettingException(component, text, EXPECTED);
            }
            devices.add(name.group(1) != null ? Device.cpu() : Device.gpu(Integer.parseInt(name.group(2))));
        }
        boolean cuda = text.strip().startsWith("cuda:");
        boolean alike = devices.stream().allMatch(device -> device.isGpu() == cuda);
        if (!alike || (cuda && new HashSet<>(devices).size() < devices.size())) {
            throw new InvalidSettingException(component, text, EXPECTED);
        }
        return new TorchDevices(devices);
    }

    /** The one that holds what is saved, and evaluates. */
    public Device first() {
        return all.get(0);
    }

    public List<Device> others() {
        return all.subList(1, all.size());
    }

    /** Of CUDA, or of the CPU. */
    public boolean isCuda() {
        return first().isGpu();
    }

    /**
     * @param setting the setting's key, for the message
     * @throws StudentException when libtorch cannot compute on one of them
     */
    public void requireAvailable(String setting) {
        if (!isCuda()) {
            return;
        }
        TorchEngine.newScope().close();
        if (!JniUtils.getFeatures().contains("CUDA")) {
            throw new StudentException(setting + " is " + this + ", and this libtorch is one for the CPU (it offers "
                    + String.join(", ", JniUtils.getFeatures().stream().sorted().toList())
                    + "); build Stillstream with -Dpytorch.native.artifact=pytorch-native-cu128 for one with CUDA, or set "
                    + setting + ": cpu");
        }
        int count = CudaUtils.getGpuCount();
        for (Device device : all) {
            if (device.getDeviceId() >= count) {
                throw new StudentException(setting + " is " + this + ", and libtorch finds " + count
                        + " CUDA devices; expected numbers below " + count + ", or " + setting + ": cpu");
            }
            try (NDManager scope = TorchEngine.newScope(device)) {
                scope.zeros(new Shape(1)).toFloatArray();
            } catch (EngineException e) {
                throw new StudentException(
                        setting + " is " + this + ", and libtorch cannot compute on " + name(device) + ": "
                                + String.valueOf(e.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                        e);
            }
        }
    }

    private static String name(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : CPU;
    }

    /** As it is set. */
    @Override
    public String toString() {
        return String.join(",", all.stream().map(TorchDevices::name).toList()).replace(",cuda:", ",");
    }
}
