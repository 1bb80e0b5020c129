package dev.sockeye.linux;

import static dev.sockeye.linux.BpfCode.Helper.RINGBUF_OUTPUT;
import static dev.sockeye.linux.BpfCode.Register.R0;
import static dev.sockeye.linux.BpfCode.Register.R1;
import static dev.sockeye.linux.BpfCode.Register.R10;
import static dev.sockeye.linux.BpfCode.Register.R2;
import static dev.sockeye.linux.BpfCode.Register.R3;
import static dev.sockeye.linux.BpfCode.Register.R4;
import static dev.sockeye.linux.BpfCode.Register.R6;
import static dev.sockeye.linux.BpfCode.Register.R7;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Programs in the kernel, and what they tell; for root.
@EnabledOnOs(value = OS.LINUX, disabledReason = "BPF is Linux's")
class BpfTest {

    /// Other work of the machine is seen too, and must not fill the large one.
    private static final int RING = 1 << 14, LARGE = 1 << 20;

    private final Bpf bpf = new Bpf();
    private final List<Integer> opened = new ArrayList<>();
    private Btf btf;

    @BeforeEach
    void mayWe() throws IOException {
        try {
            own(bpf.createMap(Bpf.ARRAY, 4, 8, 1, 0, "sockeye_may"));
            btf = Btf.ofKernel();
        } catch (IOException e) {
            assumeTrue(false, "BPF is not permitted here: " + e.getMessage());
        }
    }

    @AfterEach
    void close() {
        for (int fd : opened.reversed()) bpf.close(fd);
    }

    private int own(int fd) {
        opened.add(fd);
        return fd;
    }

    /// Tells each change of state: its old and its new one, in eight bytes.
    private BpfCode transitions(int ring, int refused) {
        return new BpfCode()
                .copy(R6, R1)
                .load(8, R7, R6, 8)
                .store(4, R10, -8, R7)
                .load(8, R7, R6, 16)
                .store(4, R10, -4, R7)
                .map(R1, ring)
                .copy(R2, R10)
                .add(R2, -8)
                .set(R3, 8)
                .set(R4, 0)
                .call(RINGBUF_OUTPUT)
                .jumpIf(R0, 0, "out")
                .storeNumber(4, R10, -8, 0)
                .map(R1, refused)
                .copy(R2, R10)
                .add(R2, -8)
                .call(BpfCode.Helper.MAP_LOOKUP_ELEM)
                .jumpIf(R0, 0, "out")
                .set(R1, 1)
                .addAtomically(R0, 0, R1)
                .label("out")
                .set(R0, 0)
                .exit();
    }

    private int tracepoint() {
        return btf.type(Btf.TYPEDEF, "btf_trace_inet_sock_set_state");
    }

    /// A socket that listens and is closed.
    private static void listen() throws IOException {
        try (KernelSocket listener = KernelSocket.open(true)) {
            listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0));
            assertThat(listener.listen(1)).isZero();
        }
    }

    private long refused(int map) throws IOException {
        return ByteBuffer.wrap(bpf.lookup(map, 0, 8))
                .order(ByteOrder.nativeOrder())
                .getLong();
    }

    @Test
    void whatAProgramTellsIsRead() throws IOException {
        int ring = own(bpf.createMap(Bpf.RINGBUF, 0, 0, LARGE, 0, "sockeye_test"));
        int refused = own(bpf.createMap(Bpf.ARRAY, 4, 8, 1, 0, "sockeye_refused"));
        own(bpf.attachTracepoint(transitions(ring, refused), tracepoint(), "sockeye_test"));
        List<String> seen = new ArrayList<>();
        try (var reader = new RingBuffer(ring, LARGE);
                var wake = new EventFd()) {
            listen();
            reader.await(wake, 10_000);
            reader.read((memory, at, length) -> seen.add(memory.get(ValueLayout.JAVA_INT, at) + " to "
                    + memory.get(ValueLayout.JAVA_INT, at + 4) + " in " + length));
            // Others of the machine may have been seen too.
            assertThat(seen).contains("7 to 10 in 8", "10 to 7 in 8");
            assertThat(refused(refused)).isZero();
        }
    }

    @Test
    void aProgramSaysHowOftenItWasLeftOut() throws IOException {
        assertThat(btf.offset("bpf_prog_info", "recursion_misses")).isEqualTo(Bpf.PROGRAM_MISSES);
        int ring = own(bpf.createMap(Bpf.RINGBUF, 0, 0, LARGE, 0, "sockeye_test"));
        int refused = own(bpf.createMap(Bpf.ARRAY, 4, 8, 1, 0, "sockeye_refused"));
        int program = own(bpf.loadTracing(transitions(ring, refused), tracepoint(), "sockeye_test"));
        own(bpf.attach(program));
        for (int i = 0; i < 100; i++) listen();
        assertThat(bpf.missed(program)).isBetween(0L, 10L);
    }

    @Test
    void aFullRingRefusesAndTheProgramCounts() throws IOException {
        int ring = own(bpf.createMap(Bpf.RINGBUF, 0, 0, RING, 0, "sockeye_test"));
        int refused = own(bpf.createMap(Bpf.ARRAY, 4, 8, 1, 0, "sockeye_refused"));
        own(bpf.attachTracepoint(transitions(ring, refused), tracepoint(), "sockeye_test"));
        // Two records of 16 bytes a socket.
        for (int i = 0; i < RING / 32; i++) listen();
        long before = refused(refused);
        for (int i = 0; i < 100; i++) listen();
        assertThat(refused(refused) - before).isGreaterThanOrEqualTo(200);
        try (var reader = new RingBuffer(ring, RING)) {
            assertThat(reader.read((_, _, _) -> {})).isBetween(RING / 16 - 2, RING / 16);
            listen();
            assertThat(reader.read((_, _, _) -> {})).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void whatIsStoredWithASocketComesInTheDump() throws IOException {
        int storage = own(bpf.createSocketStorage(12, "sockeye_store"));
        BpfCode code = new BpfCode()
                .copy(R6, R1)
                .map(R1, storage)
                .load(8, R2, R6, 0)
                .set(R3, 0)
                .set(R4, 1) // make one
                .call(BpfCode.Helper.SK_STORAGE_GET)
                .jumpIf(R0, 0, "out")
                .load(8, R7, R6, 16)
                .store(4, R0, 0, R7)
                .storeNumber(4, R0, 8, 4711)
                .label("out")
                .set(R0, 0)
                .exit();
        own(bpf.attachTracepoint(code, tracepoint(), "sockeye_store"));
        int found = bpf.findMap(Bpf.SK_STORAGE, "sockeye_store", 12);
        assertThat(found).isNotNegative();
        own(found);
        assertThat(bpf.findMap(Bpf.SK_STORAGE, "sockeye_store", 16)).isEqualTo(-1);
        try (KernelSocket listener = KernelSocket.open(true);
                var diag = new SockDiag()) {
            listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0));
            assertThat(listener.listen(1)).isZero();
            List<DiagSocket> sockets = new ArrayList<>();
            DiagFilter mine = DiagFilter.sourcePort(listener.localAddress().port());
            diag.dump(SockDiag.AF_INET, 1 << DiagSocket.LISTEN, mine, SockDiag.ALL_EXTENSIONS, found, sockets::add);
            ByteBuffer stored =
                    Objects.requireNonNull(sockets.getFirst().attributes().storage());
            assertThat(stored.remaining()).isEqualTo(12);
            assertThat(stored.getInt(0)).isEqualTo(DiagSocket.LISTEN);
            assertThat(stored.getInt(8)).isEqualTo(4711);
        }
    }

    @Test
    void theVerifiersWordsAreInTheException() {
        BpfCode code = new BpfCode().load(8, R0, R2, 0).exit();
        assertThatThrownBy(() -> bpf.attachTracepoint(code, tracepoint(), "sockeye_bad"))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("load the BPF program sockeye_bad")
                .hasMessageContaining("R2 !read_ok");
    }

    @Test
    void aProgramCanBeReadAloud() {
        assertThat(transitions(3, 4).listing()).startsWith("""
                        0: r6 = r1
                        1: r7 = *(u64 *)(r6 + 8)
                        2: *(u32 *)(r10 - 8) = r7
                    """).contains("""
                       11: call bpf_ringbuf_output
                       12: if r0 == 0 goto out
                    """).endsWith("""
                    out:
                       22: r0 = 0
                       23: exit
                    """);
        assertThatThrownBy(() -> new BpfCode().jump("nowhere").assemble())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("there is no label nowhere");
    }

    // ---------------------------------------------------------------- types

    /// Structures that the kernel has promised never to change.
    @Test
    void membersAreWhereTheyAre() {
        assertThat(btf.offset("tcphdr", "window")).isEqualTo(14);
        assertThat(btf.offset("iphdr", "daddr")).isEqualTo(16); // in a nameless union
        assertThat(btf.offset("tcp_info", "tcpi_bytes_acked")).isEqualTo(120);
        assertThat(btf.offset("ipv6hdr", "daddr", "in6_u", "u6_addr32")).isEqualTo(24);
        assertThat(btf.has("tcphdr", "window", "nothing")).isFalse();
        assertThat(btf.has("no_such_structure", "x")).isFalse();
        assertThatThrownBy(() -> btf.offset("tcphdr", "wind")).hasMessage("this kernel's struct tcphdr has no wind");
        assertThat(btf.tracepointArguments("inet_sock_set_state")).isEqualTo(3);
    }

    @Test
    void enumerationsHaveTheirNames() {
        assertThat(btf.enumeration("tcp_ca_state"))
                .containsEntry(0, "TCP_CA_Open")
                .containsEntry(4, "TCP_CA_Loss");
        assertThatThrownBy(() -> btf.enumeration("no_such_enum")).hasMessage("this kernel has no type no_such_enum");
        assertThatThrownBy(() -> Btf.of(new byte[100])).hasMessage("this is no BTF");
    }
}
