package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.openings.Openings;
import dev.sockeye.inspect.openings.OpeningsAgent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/// Where the sockets of a running JVM are opened: a small agent, loaded on request, notes it for each
/// socket that is opened from then on, and is asked later. Sockets that are open already it knows
/// nothing of.
public final class OpeningLines {

    /// What it costs and what it cannot, in words.
    public static final List<String> COST = List.of(
            "notes sockets opened from now on, not those that are open already",
            "each costs the program some microseconds and one or two kilobytes, for up to 100 000 that are open at once",
            "the JVM prints a warning on the program's stderr that an agent was loaded (JEP 451)",
            "'remove' takes it out again but for two small classes, which stay until the program ends",
            "the program must run on JDK 25 or later");

    private static final int NEEDS = 25;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Jvm target;

    /// Of a JVM, which is not touched yet.
    public OpeningLines(Jvm target) {
        this.target = target;
    }

    /// Whether the agent is there and notes.
    public boolean isInstalled() throws IOException {
        return jar() != null;
    }

    /// Where its jar was when it was installed, as the target names it; null if it is not.
    private @Nullable Path jar() throws IOException {
        String prefix = Openings.PROPERTY + "=";
        for (String line : target.ask(List.of("properties"), PATIENCE).lines().toList()) {
            if (line.startsWith(prefix))
                return Path.of(line.substring(prefix.length()).replace("\\", ""));
        }
        return null;
    }

    /// Begins to note; does nothing if it notes already.
    ///
    /// @throws Jvm.Refusal if the JVM is too old, or lets no agent in
    ///     (`-XX:-EnableDynamicAgentLoading`)
    public void install() throws IOException {
        int release = target.release();
        if (release != 0 && release < NEEDS)
            throw new Jvm.Refusal("the lines where sockets are opened can be noted in JVMs from JDK " + NEEDS
                    + " on; process " + target.pid() + " runs on " + release);
        if (isInstalled()) return;
        Path boot = temporary(".jar");
        try {
            writeJar(target.file(boot), Openings.class);
            load("install", temporary(".jar"), boot);
        } finally {
            Files.deleteIfExists(target.file(boot));
        }
    }

    /// What was noted of the sockets that are open now, by descriptor.
    ///
    /// @throws Jvm.Refusal if it was not installed
    public Map<Integer, Opening> read() throws IOException {
        Path jar = jar();
        if (jar == null) throw new Jvm.Refusal("nothing notes where process " + target.pid() + " opens its sockets");
        return parse(load("report", jar, jar));
    }

    /// Notes no more, and forgets what was noted.
    public void remove() throws IOException {
        Path jar = jar();
        if (jar != null) load("remove", jar, jar);
    }

    private static Path temporary(String suffix) {
        return Path.of("/tmp", ".sockeye-" + Long.toHexString(new SecureRandom().nextLong()) + suffix);
    }

    /// The jar is in the target's folder only while it is loaded: what has been read of it stays in the
    /// JVM.
    ///
    /// @return the lines of the agent's answer
    private List<String> load(String word, Path jar, Path boot) throws IOException {
        Path answer = temporary(".txt");
        try {
            writeJar(target.file(jar), OpeningsAgent.class);
            target.loadAgent(jar, String.join(",", word, answer.toString(), jar.toString(), boot.toString()), PATIENCE);
            List<String> lines = Files.readAllLines(target.file(answer));
            if (lines.isEmpty() || !lines.getFirst().equals("ok"))
                throw new Jvm.Refusal("the agent in process " + target.pid() + " says: "
                        + (lines.isEmpty() ? "nothing" : lines.getFirst()));
            return lines.subList(1, lines.size());
        } finally {
            Files.deleteIfExists(target.file(jar));
            Files.deleteIfExists(target.file(answer));
        }
    }

    /// Made of a class and those in it, wherever ours are; nobody but us may write it.
    private static void writeJar(Path file, Class<?> content) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Agent-Class", OpeningsAgent.class.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (String name : classesOf(content)) add(jar, name);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    }

    /// With those that are declared in it.
    private static List<String> classesOf(Class<?> type) {
        List<String> names = new ArrayList<>();
        names.add(type.getName());
        for (Class<?> inner : type.getDeclaredClasses()) names.add(inner.getName());
        return names;
    }

    private static void add(JarOutputStream jar, String className) throws IOException {
        String path = className.replace('.', '/') + ".class";
        try (InputStream bytes = OpeningsAgent.class.getResourceAsStream("/" + path)) {
            if (bytes == null) throw new IllegalStateException("the class " + className + " is missing");
            jar.putNextEntry(new JarEntry(path));
            bytes.transferTo(jar);
            jar.closeEntry();
        }
    }

    private static Map<Integer, Opening> parse(List<String> lines) throws IOException {
        Map<Integer, Opening> openings = new TreeMap<>();
        try {
            for (String line : lines) {
                String[] words = line.split("\t", -1);
                int fd = Integer.parseInt(words[0]);
                List<StackTraceElement> frames = new ArrayList<>();
                for (int i = 3; i < words.length; i++) frames.add(frame(words[i].split("\b", -1)));
                Instant at = Instant.ofEpochMilli(Long.parseLong(words[1]));
                openings.put(fd, new Opening(fd, at, words[2], frames));
            }
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IOException("the agent's report cannot be read", e);
        }
        return openings;
    }

    private static StackTraceElement frame(String[] parts) {
        String source = parts[2].equals("null") ? null : parts[2];
        return new StackTraceElement(parts[0], parts[1], source, Integer.parseInt(parts[3]));
    }
}
