package io.stillstream.student.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.pytorch.jni.JniUtils;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.student.StudentException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TorchDevicesTest {

    @Test
    void parse_devicesOfOneKind_areDjlsOwn() {
        assertThat(TorchDevices.parse("device", "cpu").all()).containsExactly(Device.cpu());
        assertThat(TorchDevices.parse("device", "cuda:2").all()).containsExactly(Device.gpu(2));
        assertThat(TorchDevices.parse("device", "cuda:0,1, cuda:3").all())
                .containsExactly(Device.gpu(0), Device.gpu(1), Device.gpu(3));
        assertThat(TorchDevices.parse("device", "cuda:0,cuda:1")).hasToString("cuda:0,1");
        assertThat(TorchDevices.parse("device", "cpu,cpu"))
                .hasToString("cpu,cpu")
                .matches(devices -> devices.first().equals(Device.cpu()))
                .matches(devices -> devices.others().size() == 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gpu",
                "0",
                "cuda",
                "cuda:",
                "cuda:-1",
                "cuda:0,",
                "cuda:0,0",
                "cpu,cuda:0",
                "cuda:0,cpu",
                "cpu,0",
                "CPU"
            })
    void parse_anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> TorchDevices.parse("device", text))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("cuda:0,1");
    }

    @Test
    void requireAvailable_noCuda_saysWhatThereIsAndWhatHelps() {
        TorchEngine.newScope().close();
        Assumptions.assumeFalse(JniUtils.getFeatures().contains("CUDA"), "this libtorch has CUDA");
        TorchDevices.cpu().requireAvailable("trainer.device");
        assertThatThrownBy(() -> TorchDevices.parse("device", "cuda:0,1").requireAvailable("trainer.device"))
                .isInstanceOf(StudentException.class)
                .hasMessageStartingWith("trainer.device is cuda:0,1, and this libtorch is one for the CPU (it offers ")
                .hasMessageContaining("-Dpytorch.native.artifact=")
                .hasMessageEndingWith("trainer.device: cpu")
                .hasNoCause();
    }
}
