package dev.sockeye.inspect;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/// The processes of this user that run a stack.
public final class RunningStacks {

    private final PublishFolder folder;

    /// Those that publish in this folder.
    public RunningStacks(PublishFolder folder) {
        this.folder = folder;
    }

    /// What all of them have, and what was wrong with those that could not be asked.
    ///
    /// @param sockets  in the order of their processes
    /// @param stacks   how many processes answered
    /// @param problems one line each
    public record Answers(List<SocketSnapshot> sockets, int stacks, List<String> problems) {}

    /// Asks every process; files of processes that are gone are removed.
    ///
    /// @throws IOException if the folder cannot be read
    public Answers sockets() throws IOException {
        List<SocketSnapshot> sockets = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        int stacks = 0;
        for (StackProcess process : processes()) {
            try {
                sockets.addAll(process.sockets());
                stacks++;
            } catch (ConnectException e) {
                Files.deleteIfExists(folder.socketOf(process.pid())); // killed before it could
            } catch (NoSuchFileException e) {
                // It ended between our look into the folder and now.
            } catch (IOException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return new Answers(List.copyOf(sockets), stacks, List.copyOf(problems));
    }

    private List<StackProcess> processes() throws IOException {
        List<StackProcess> processes = new ArrayList<>();
        for (long pid : folder.pids()) processes.add(new StackProcess(pid, folder.socketOf(pid)));
        return processes;
    }
}
