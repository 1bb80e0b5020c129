package dev.sockeye.inspect.blame;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of a program is the JDK's, and so not to blame.
final class Jdk {

    private static final List<String> PREFIXES = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private Jdk() {}

    /// Whether a class of this name is the JDK's; of an array, its elements'.
    static boolean isJdk(String className) {
        int start = 0;
        while (start < className.length() && className.charAt(start) == '[') start++;
        if (start > 0 && start < className.length() && className.charAt(start) == 'L') start++;
        for (String prefix : PREFIXES) {
            if (className.startsWith(prefix, start)) return true;
        }
        return start > 0 && start == className.length() - 1; // of a basic type
    }

    /// The first frame of the program's own at or below this one; null if there is none.
    static @Nullable StackTraceElement firstOfProgram(List<StackTraceElement> frames) {
        for (StackTraceElement frame : frames) {
            if (!isJdk(frame.getClassName())) return frame;
        }
        return null;
    }

    /// The name without its packages and outer classes: `Node` of `java.util.HashMap$Node`.
    static String simpleName(String className) {
        return className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
    }

    /// `com.acme.Pool.take(Pool.java:17)`
    static String line(StackTraceElement frame) {
        String source = frame.getFileName() == null
                ? "unknown source"
                : frame.getLineNumber() > 0 ? frame.getFileName() + ":" + frame.getLineNumber() : frame.getFileName();
        return written(frame.getClassName()) + "." + frame.getMethodName() + "(" + source + ")";
    }

    /// A class's name as it stands in a program: lambdas by the class that they are in, inner classes
    /// with a dot.
    static String written(String className) {
        int lambda = className.indexOf("$$Lambda");
        String name = lambda < 0 ? className : className.substring(0, lambda);
        var text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            boolean inner = name.charAt(i) == '$'
                    && i > 0
                    && i + 1 < name.length()
                    && Character.isJavaIdentifierStart(name.charAt(i + 1));
            text.append(inner ? '.' : name.charAt(i));
        }
        return text.toString();
    }
}
