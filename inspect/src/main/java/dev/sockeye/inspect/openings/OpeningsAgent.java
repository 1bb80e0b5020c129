package dev.sockeye.inspect.openings;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/// The agent that has the JDK's sockets tell [Openings] where they are opened. Its options are a word,
/// a file for its answer, its own jar and a jar for the boot loader, with a `,` between them; the word
/// is `install`, `report` or `remove`. The answer's first line is `ok`, or what went wrong: that goes
/// there, and never into the program's output.
public final class OpeningsAgent {

    private static final Set<String> SOCKETS = Set.of("sun/nio/ch/NioSocketImpl", "sun/nio/ch/SocketChannelImpl");
    private static final ClassDesc OPENINGS = ClassDesc.of("dev.sockeye.inspect.openings.Openings");
    private static final MethodTypeDesc OPENED = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object);

    private static @Nullable ClassFileTransformer transformer;
    /// That which has the transformer: each time that the agent is loaded it is given another.
    private static @Nullable Instrumentation installedBy;

    private OpeningsAgent() {}

    /// What the JVM calls when the agent is loaded, each time that it is.
    public static synchronized void agentmain(String options, Instrumentation jvm) {
        String[] words = options.split(",", -1);
        String answer;
        try {
            answer = "ok\n" + answer(words, jvm);
        } catch (Throwable e) {
            answer = e + "\n";
        }
        try {
            write(Path.of(words[1]), answer);
        } catch (IOException | RuntimeException e) {
            // Who has asked finds no answer.
        }
    }

    private static String answer(String[] words, Instrumentation jvm) throws Exception {
        switch (words[0]) {
            case "install" -> install(jvm, words[2], words[3]);
            case "remove" -> remove();
            default -> {
                return Openings.report();
            }
        }
        return "";
    }

    private static void install(Instrumentation jvm, String own, String boot)
            throws IOException, UnmodifiableClassException {
        if (transformer != null) return;
        jvm.appendToBootstrapClassLoaderSearch(new JarFile(boot));
        Module ours = Openings.class.getModule();
        jvm.redefineModule(
                Object.class.getModule(),
                Set.of(ours),
                Map.of(),
                Map.of("java.net", Set.of(ours), "java.io", Set.of(ours), "sun.nio.ch", Set.of(ours)),
                Set.of(),
                Map.of());
        ClassFileTransformer made = new Telling();
        jvm.addTransformer(made, true);
        transformer = made;
        installedBy = jvm;
        retransform(jvm);
        System.setProperty(Openings.PROPERTY, own);
    }

    private static void remove() throws UnmodifiableClassException {
        if (transformer == null || installedBy == null) return;
        installedBy.removeTransformer(transformer);
        retransform(installedBy);
        transformer = null;
        installedBy = null;
        Openings.clear();
        System.clearProperty(Openings.PROPERTY);
    }

    private static void retransform(Instrumentation jvm) throws UnmodifiableClassException {
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> each : jvm.getAllLoadedClasses()) {
            if (SOCKETS.contains(each.getName().replace('.', '/'))) loaded.add(each);
        }
        if (!loaded.isEmpty()) jvm.retransformClasses(loaded.toArray(Class<?>[]::new));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    /// Before each return of a constructor: `Openings.opened(this)`.
    private static final class Telling implements ClassFileTransformer {

        @Override
        public byte @Nullable [] transform(
                @Nullable ClassLoader loader,
                String name,
                @Nullable Class<?> being,
                @Nullable ProtectionDomain domain,
                byte[] bytes) {
            if (loader != null || !SOCKETS.contains(name)) return null;
            try {
                ClassFile format = ClassFile.of();
                return format.transformClass(
                        format.parse(bytes),
                        ClassTransform.transformingMethodBodies(
                                method -> method.methodName().equalsString(ConstantDescs.INIT_NAME),
                                (code, element) -> {
                                    if (element instanceof ReturnInstruction)
                                        code.aload(0).invokestatic(OPENINGS, "opened", OPENED);
                                    code.with(element);
                                }));
            } catch (RuntimeException e) {
                return null; // then it notes nothing
            }
        }
    }
}
