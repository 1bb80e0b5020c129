package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Containers by the control groups that their runtimes make.
class ContainersTest {

    private static final String ID = "3f4e9a0c1b2d".repeat(5) + "abcd";

    @TempDir
    private Path root;

    private String in(String groups) {
        return Containers.in(groups, root);
    }

    @Test
    void runtimesPutTheIdIntoThePath() {
        assertThat(ID).hasSize(64);
        for (String path : new String[] {
            "/docker/" + ID,
            "/system.slice/docker-" + ID + ".scope",
            "/machine.slice/libpod-" + ID + ".scope/container",
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-pod12.slice/cri-containerd-" + ID + ".scope",
            "/kubepods/burstable/pod3c0ffee/" + ID,
            "/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" + ID
        }) {
            String other = ID.replace('a', 'b');
            assertThat(in("0::" + path + "\n")).as(path).isEqualTo("3f4e9a0c1b2d");
            assertThat(in("12:pids:/\n4:memory:" + path.replace(ID, other) + "\n0::/\n"))
                    .as(path)
                    .isEqualTo("3f4e9b0c1b2d");
        }
    }

    @Test
    void lxcAndNspawnUseNames() {
        assertThat(in("0::/lxc.payload.web1/init.scope\n")).isEqualTo("web1");
        assertThat(in("4:memory:/lxc/web2/system.slice\n")).isEqualTo("web2");
        assertThat(in("0::/machine.slice/systemd-nspawn@debian.service/payload\n"))
                .isEqualTo("debian");
        assertThat(in("0::/machine.slice/machine-fedora.scope\n")).isEqualTo("fedora");
    }

    @Test
    void servicesAndUsersAreNoContainers() {
        assertThat(in("0::/system.slice/nginx.service\n")).isNull();
        assertThat(in("0::/user.slice/user-1000.slice/session-2.scope\n")).isNull();
        assertThat(in("0::/\n")).isNull();
        assertThat(in("")).isNull();
    }

    @Test
    void dockersNameIsKnownToWhoMayReadItsFiles() throws IOException {
        String id = "c0ffee".repeat(10) + "1234";
        Path folder = Files.createDirectories(root.resolve("var/lib/docker/containers/" + id));
        Files.writeString(folder.resolve("config.v2.json"), "{\"State\":{\"Pid\":1},\"Name\":\"/orders-db\"}");
        assertThat(in("0::/docker/" + id + "\n")).isEqualTo("orders-db");
    }

    @Test
    void podIsNamedWithItsContainer() throws IOException {
        String id = "beef01".repeat(10) + "5678";
        Path folder =
                Files.createDirectories(root.resolve("run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id));
        Files.writeString(
                folder.resolve("config.json"),
                "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\","
                        + "\"io.kubernetes.cri.sandbox-name\":\"shop-7d9\"}}");
        assertThat(in("0::/kubepods/pod1/" + id + "\n")).isEqualTo("shop-7d9/app");
    }
}
