package dev.sockeye.sim.junit;

import dev.sockeye.sim.Network;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/// Runs a [Simulated] test once for each seed.
public final class SimulationExtension implements TestTemplateInvocationContextProvider {

    /// Runs only this seed.
    public static final String SEED_PROPERTY = "sockeye.seed";

    /// Runs so many seeds instead of what the test says.
    public static final String SEEDS_PROPERTY = "sockeye.seeds";

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(Simulated.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Simulated simulated = context.getRequiredTestMethod().getAnnotation(Simulated.class);
        return seeds(simulated.seeds()).mapToObj(Run::new);
    }

    private static LongStream seeds(int count) {
        String one = System.getProperty(SEED_PROPERTY);
        if (one != null) return LongStream.of(Long.decode(one.strip()));
        return LongStream.rangeClosed(1, Integer.getInteger(SEEDS_PROPERTY, count));
    }

    /// The test with one seed.
    private record Run(long seed) implements TestTemplateInvocationContext {

        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Laboratory(seed));
        }
    }

    private static final class Laboratory implements ParameterResolver, InvocationInterceptor {

        private final Network network;

        Laboratory(long seed) {
            network = new Network(seed);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            return type == Network.class || type == long.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Network.class ? network : (Object) network.seed();
        }

        @Override
        public void interceptTestTemplateMethod(
                Invocation<@Nullable Void> invocation,
                ReflectiveInvocationContext<Method> method,
                ExtensionContext context) {
            try {
                invocation.proceed();
                network.close();
            } catch (Throwable failure) {
                String where = "seed " + network.seed() + ", after "
                        + Duration.ofNanos(network.now()) + " (replay with -D" + SEED_PROPERTY + "="
                        + network.seed() + "): ";
                throw new AssertionError(where + failure.getMessage(), failure);
            }
        }
    }
}
