package dev.sockeye.conformance.machine;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The file descriptors of a script. A script says which number a call returns, and that number it is.
public final class Descriptors {

    private static final int FIRST = 3;

    private final Map<Integer, OpenFile> files = new TreeMap<>();

    /// What a number stands for, or null.
    public @Nullable OpenFile get(int fd) {
        return files.get(fd);
    }

    /// The socket with this number, or null.
    public @Nullable SocketFile socket(int fd) {
        return files.get(fd) instanceof SocketFile socket ? socket : null;
    }

    /// Opens a file.
    ///
    /// @param wanted the number that the script expects; below 0 for the least that is free
    int open(OpenFile file, long wanted) throws BadCall {
        int fd = FIRST;
        if (wanted >= 0) fd = (int) wanted;
        else while (files.containsKey(fd)) fd++;
        if (files.putIfAbsent(fd, file) != null) throw new BadCall("the descriptor " + fd + " is open already");
        return fd;
    }

    @Nullable
    OpenFile remove(int fd) {
        return files.remove(fd);
    }

    /// Lets go of all of them.
    public void closeAll(long now) {
        for (OpenFile file : files.values()) file.close(now);
        files.clear();
    }
}
