package dev.sockeye.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PublisherTest {

    @TempDir
    Path temp;

    private PublishFolder folder;

    @BeforeEach
    void inAFolderOfItsOwn() {
        folder = new PublishFolder(temp.resolve("sockeye"));
    }

    private Publisher publish(Source source) throws IOException {
        return Publisher.start(folder, "shop", source, Publisher.PATIENCE);
    }

    private SocketChannel connect(Publisher publisher) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(publisher.file()));
        return channel;
    }

    private static void say(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> linesFrom(SocketChannel channel) throws IOException {
        return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readAllLines();
    }

    @Test
    void anotherProcessSeesEverySocket() throws IOException {
        List<SocketSnapshot> sockets = List.of(
                Sockets.listener(0, 50, 0).build(),
                Sockets.closeWait(Duration.ofMinutes(14)).build());
        try (var _ = publish(() -> sockets)) {
            assertThat(new RunningStacks(folder).sockets()).isEqualTo(new RunningStacks.Answers(sockets, 1, List.of()));
        }
        assertThat(new RunningStacks(folder).sockets()).isEqualTo(new RunningStacks.Answers(List.of(), 0, List.of()));
    }

    @Test
    void tenThousandSocketsAreNoTrouble() throws IOException {
        List<SocketSnapshot> sockets = new ArrayList<>();
        for (int i = 0; i < 10_000; i++)
            sockets.add(Sockets.closeWait(Duration.ofSeconds(i)).build());
        try (var _ = publish(() -> sockets)) {
            assertThat(new RunningStacks(folder).sockets().sockets()).isEqualTo(sockets);
        }
    }

    @Test
    void onlyTheUserCanEnterTheFolder() throws IOException {
        try (var _ = publish(List::of)) {
            assertThat(Files.getPosixFilePermissions(folder.path()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void aFolderThatOthersCouldEnterIsRefused() throws IOException {
        Files.createDirectory(folder.path());
        Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> publish(List::of))
                .isInstanceOf(IOException.class)
                .hasMessage(folder.path() + " must have the mode 0700");
        assertThatThrownBy(() -> new RunningStacks(folder).sockets()).isInstanceOf(IOException.class);
    }

    @Test
    void aLinkInPlaceOfTheFolderIsRefused() throws IOException {
        Path elsewhere = Files.createDirectory(
                temp.resolve("elsewhere"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createSymbolicLink(folder.path(), elsewhere);
        assertThatThrownBy(() -> publish(List::of))
                .isInstanceOf(IOException.class)
                .hasMessage(folder.path() + " is not a folder");
    }

    @Test
    void aProcessPublishesOnce() throws IOException {
        try (var first = publish(List::of)) {
            assertThatThrownBy(() -> publish(List::of))
                    .isInstanceOf(IOException.class)
                    .hasMessage(first.file() + " is in use: this process publishes its sockets already");
        }
    }

    @Test
    void theFileOfAKilledProcessIsReplaced() throws IOException {
        folder.prepare();
        leaveStaleFile(ProcessHandle.current().pid());
        try (var _ = publish(() -> List.of(Sockets.listener(0, 50, 0).build()))) {
            assertThat(new RunningStacks(folder).sockets().sockets()).hasSize(1);
        }
    }

    @Test
    void theFileOfAKilledProcessIsRemovedByWhoeverLooks() throws IOException {
        folder.prepare();
        leaveStaleFile(1);
        assertThat(new RunningStacks(folder).sockets()).isEqualTo(new RunningStacks.Answers(List.of(), 0, List.of()));
        assertThat(folder.socketOf(1)).doesNotExist();
    }

    private void leaveStaleFile(long pid) throws IOException {
        try (var killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(folder.socketOf(pid)));
        }
        assertThat(folder.socketOf(pid)).exists();
    }

    @Test
    void strangeQuestionsGetAnAnswerAndHarmNobody() throws IOException {
        String[] questions = {
            "hello\n", "{}\n", "{\"sockeye\":2,\"ask\":\"sockets\"}\n", "[[[[[\n", "\n", "{\"sockeye\":\"x\"}\n"
        };
        try (var publisher = publish(List::of)) {
            for (String question : questions) {
                try (SocketChannel client = connect(publisher)) {
                    say(client, question);
                    assertThat(linesFrom(client))
                            .as(question)
                            .containsExactly("{\"sockeye\":1,\"error\":\"not a question of version 1\"}");
                }
            }
            try (SocketChannel client = connect(publisher)) {
                say(client, "{\"sockeye\":1,\"ask\":\"a\\\"b\"}\n");
                assertThat(linesFrom(client))
                        .containsExactly("{\"sockeye\":1,\"error\":\"unknown question 'a\\\"b'\"}");
            }
            assertThat(new RunningStacks(folder).sockets().stacks()).isEqualTo(1);
        }
    }

    @Test
    void anEndlessQuestionIsCutOff() throws IOException {
        try (var publisher = publish(List::of);
                SocketChannel client = connect(publisher)) {
            say(client, "x".repeat(4096));
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void clientsWhoSayNothingAreSentAwayAndDoNotKeepOthersOut() throws Exception {
        try (var publisher = Publisher.start(folder, "shop", List::of, Duration.ofMillis(300))) {
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < Publisher.MAX_CLIENTS; i++) silent.add(connect(publisher));
            for (SocketChannel client : silent) {
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                client.close();
            }
            while (new RunningStacks(folder).sockets().stacks() == 0) Thread.onSpinWait();
        }
    }

    @Test
    void aClientWhoNeverReadsIsSentAway() throws Exception {
        List<SocketSnapshot> sockets = new ArrayList<>();
        for (int i = 0; i < 2000; i++)
            sockets.add(Sockets.closeWait(Duration.ofSeconds(i)).build());
        try (var publisher = Publisher.start(folder, "shop", () -> sockets, Duration.ofMillis(500));
                SocketChannel client = connect(publisher)) {
            say(client, "{\"sockeye\":1,\"ask\":\"sockets\"}\n");
            client.read(ByteBuffer.allocate(1)); // it is being served
            while (Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(t -> t.getName().equals("sockeye-inspect-client"))) {
                Thread.sleep(20);
            }
            assertThat(linesFrom(client).size()).isLessThan(2001);
        }
    }

    @Test
    void aSourceThatFailsIsReportedInOneLine() throws IOException {
        try (var _ = publish(() -> {
            throw new IllegalStateException("the house is on fire");
        })) {
            assertThat(new RunningStacks(folder).sockets().problems())
                    .containsExactly(
                            "process " + ProcessHandle.current().pid()
                                    + " says: cannot look at the sockets: java.lang.IllegalStateException: the house is on fire");
        }
    }

    @Test
    void theFolderIsTheRuntimeFolderOfTheUserOrOneInTmp() throws IOException {
        assertThat(PublishFolder.userFolder(Map.of("XDG_RUNTIME_DIR", "/run/user/7")))
                .isEqualTo(Path.of("/run/user/7/sockeye"));
        assertThat(PublishFolder.userFolder(Map.of()).toString()).matches("/tmp/sockeye-[0-9]+");
        assertThat(PublishFolder.userFolder(Map.of("XDG_RUNTIME_DIR", "relative"))
                        .toString())
                .matches("/tmp/sockeye-[0-9]+");
    }
}
