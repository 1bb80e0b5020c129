package dev.sockeye.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The kernel's tracing files (Documentation/trace/ftrace.rst): an instance of our own, with buffers
/// and events that no other tracer sees or disturbs, which is removed with this. What another process
/// of the same name has left behind when it was killed is removed too.
///
/// Where the file system is mounted nowhere, it is mounted for this process alone: no one else sees it.
public final class TraceFs implements AutoCloseable {

    /// Where a field of an event stands.
    public record Field(int offset, int size) {}

    /// An event's layout, as this kernel has it.
    ///
    /// @param id     what its records begin with
    /// @param fields by name
    public record Format(int id, Map<String, Field> fields) {

        /// A field.
        ///
        /// @throws NoSuchElementException if the event has none of this name
        public Field field(String name) {
            Field field = fields.get(name);
            if (field == null) throw new NoSuchElementException("the event has no field " + name);
            return field;
        }
    }

    private static final List<Path> USUAL =
            List.of(Path.of("/sys/kernel/tracing"), Path.of("/sys/kernel/debug/tracing"));
    private static final Pattern ID = Pattern.compile("^ID: (\\d+)", Pattern.MULTILINE);
    private static final Pattern FIELD =
            Pattern.compile("field:[^;]*?(\\w+)(?:\\[\\d*\\])?;\\s*offset:(\\d+);\\s*size:(\\d+);");
    private static final Pattern LOST = Pattern.compile("^(?:overrun|dropped events): (\\d+)", Pattern.MULTILINE);

    private final Path instance;
    private final DetachedMount mount;
    private final List<TracePipe> pipes = new ArrayList<>();
    private boolean closed;

    private TraceFs(Path instance, DetachedMount mount) {
        this.instance = instance;
        this.mount = mount;
    }

    /// Makes an instance.
    ///
    /// @param name          the beginning of its name; the process's number follows
    /// @param bufferKibibytes for each processor
    /// @throws IOException where tracing is not there or not allowed
    public static TraceFs open(String name, int bufferKibibytes) throws IOException {
        DetachedMount mount = DetachedMount.NONE;
        Path root = mounted();
        if (root == null) {
            mount = DetachedMount.of("tracefs");
            root = mount.root();
        }
        try {
            Path instances = root.resolve("instances");
            removeOrphans(instances, name);
            Path instance =
                    instances.resolve(name + "-" + ProcessHandle.current().pid());
            Files.createDirectories(instance);
            var trace = new TraceFs(instance, mount);
            trace.write("buffer_size_kb", String.valueOf(bufferKibibytes));
            trace.write("trace_clock", "mono");
            return trace;
        } catch (IOException e) {
            mount.close();
            throw e;
        }
    }

    private static @Nullable Path mounted() {
        for (Path path : USUAL) if (Files.exists(path.resolve("instances"))) return path;
        return null;
    }

    private static void removeOrphans(Path instances, String name) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(instances, name + "-*")) {
            for (Path each : left) {
                String number =
                        Objects.requireNonNull(each.getFileName()).toString().substring(name.length() + 1);
                if (number.matches("\\d+")
                        && ProcessHandle.of(Long.parseLong(number)).isEmpty()) {
                    removeIfUnused(each);
                }
            }
        }
    }

    /// A process that we cannot see may have it: then it is busy, and stays.
    private static void removeIfUnused(Path instance) throws IOException {
        try {
            remove(instance);
        } catch (FileSystemException _) {
            // The next one who comes may have more luck.
        }
    }

    private static void remove(Path instance) throws IOException {
        Files.deleteIfExists(instance);
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(instance.resolve(file), text);
    }

    // ---------------------------------------------------------------- events

    /// An event's layout.
    ///
    /// @param event such as `sock/inet_sock_set_state`
    /// @throws NoSuchFileException if the kernel does not have it
    public Format format(String event) throws IOException {
        String text = Files.readString(instance.resolve("events/" + event + "/format"));
        Matcher id = ID.matcher(text);
        if (!id.find()) throw new IOException("the event " + event + " has no number");
        var fields = new HashMap<String, Field>();
        for (Matcher field = FIELD.matcher(text); field.find(); ) {
            fields.put(field.group(1), new Field(Integer.parseInt(field.group(2)), Integer.parseInt(field.group(3))));
        }
        return new Format(Integer.parseInt(id.group(1)), Map.copyOf(fields));
    }

    /// Begins to note an event.
    ///
    /// @param filter a condition on its fields, which the kernel checks; empty for all
    public void enable(String event, String filter) throws IOException {
        if (!filter.isEmpty()) write("events/" + event + "/filter", filter);
        write("events/" + event + "/enable", "1");
    }

    /// What each processor has noted is read from a pipe of its own, in the order of time; the order
    /// between them is the reader's to make.
    public List<TracePipe> pipes() throws IOException {
        if (pipes.isEmpty()) {
            try (DirectoryStream<Path> processors = Files.newDirectoryStream(instance.resolve("per_cpu"), "cpu*")) {
                for (Path each : processors) pipes.add(TracePipe.open(each.resolve("trace_pipe_raw")));
            }
        }
        return List.copyOf(pipes);
    }

    /// The names of threads that were traced lately, by their numbers, with some that have ended.
    public Map<Integer, String> savedCommands() throws IOException {
        var names = new HashMap<Integer, String>();
        // The list is the machine's, and no instance has its own.
        Path file = instance.resolve("../../saved_cmdlines");
        for (String line : new String(Files.readAllBytes(file), UTF_8).split("\n", -1)) {
            int blank = line.indexOf(' ');
            if (blank > 0) names.put(Integer.parseInt(line.substring(0, blank)), line.substring(blank + 1));
        }
        return names;
    }

    /// How many events were overwritten before they were read, or found no room.
    public long lost() throws IOException {
        long lost = 0;
        try (DirectoryStream<Path> processors = Files.newDirectoryStream(instance.resolve("per_cpu"), "cpu*")) {
            for (Path each : processors) {
                String stats = new String(Files.readAllBytes(each.resolve("stats")), UTF_8);
                for (Matcher count = LOST.matcher(stats); count.find(); ) lost += Long.parseLong(count.group(1));
            }
        }
        return lost;
    }

    /// Ends it: nothing is noted any more, and the instance is gone.
    @Override
    public void close() throws IOException {
        if (closed) return;
        closed = true;
        for (TracePipe pipe : pipes) pipe.close();
        try {
            remove(instance);
        } finally {
            mount.close();
        }
    }
}
