package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpInfo;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `TCP_INFO` of sockets without a connection, against the tables of docs/linux/info.md.
class IdleTcpInfoTest {

    @Test
    void aFreshSocket() throws IOException {
        try (var rig = new Rig()) {
            assertThat(differences(
                            "connecting", 1, rig.host.openTcp(Family.INET).info(rig.now)))
                    .isEmpty();
        }
    }

    @Test
    void aListener() throws IOException {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            assertThat(differences("listening", 1, listener.info(rig.now))).isEmpty();
            rig.peer(4000, 80).connects();
            assertThat(differences("listening", 3, listener.info(rig.now))).isEmpty();
        }
    }

    /// Fields in which ours differs from the kernel's in that column; but for the time since the machine started.
    private static List<String> differences(String experiment, int column, TcpInfo info) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../docs/linux/info.md"));
        int at = lines.indexOf("<!-- lab: info.py " + experiment + " -->");
        var differences = new ArrayList<String>();
        int compared = 0;
        for (String line : lines.subList(at + 4, lines.size())) {
            if (!line.startsWith("|")) break;
            String[] cells = line.split(" *\\| *");
            String name = cells[1].equals("app_limited") ? "delivery_rate_app_limited" : cells[1];
            if (name.startsWith("last_")) continue;
            compared++;
            String ours = field(info, name);
            String kernels = cells[1 + column];
            if (!ours.equals(kernels)) differences.add(name + " " + ours + ", kernel " + kernels);
        }
        assertThat(compared).isGreaterThan(50);
        return differences;
    }

    private static String field(TcpInfo info, String name) {
        for (RecordComponent component : TcpInfo.class.getRecordComponents()) {
            if (!component.getName().equals(name)) continue;
            try {
                Object value = component.getAccessor().invoke(info);
                if (value instanceof Boolean on) return on ? "1" : "0";
                if (name.equals("pacing_rate")) return Long.toUnsignedString((Long) value);
                if (name.equals("min_rtt")) return Integer.toUnsignedString((Integer) value);
                return value.toString();
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
        throw new AssertionError("no field " + name);
    }
}
