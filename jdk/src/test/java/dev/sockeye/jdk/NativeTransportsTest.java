package dev.sockeye.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NativeTransportsTest {

    private static final String NETTY = "io.netty.transport.noNative";
    private static final String COPY = "com.example.shaded.io.netty.transport.noNative";

    @AfterEach
    void clear() {
        System.clearProperty(NETTY);
        System.clearProperty(COPY);
    }

    @Test
    void nettyIsToldBeforeItLooksForATransport() {
        NativeTransports.see("io/netty/channel/epoll/Epoll");
        assertThat(System.getProperty(NETTY)).isEqualTo("true");
        assertThat(System.getProperty(COPY)).isNull();
    }

    @Test
    void aCopyOfNettyHasAPropertyOfItsOwn() {
        NativeTransports.see("com/example/shaded/io/netty/channel/uring/IoUring");
        assertThat(System.getProperty(COPY)).isEqualTo("true");
        assertThat(System.getProperty(NETTY)).isNull();
    }

    @Test
    void otherClassesChangeNothing() {
        NativeTransports.see("io/netty/channel/nio/NioEventLoop");
        NativeTransports.see("com/example/radio/netty/channel/epoll/Epoll");
        NativeTransports.see("com/example/Epoll");
        assertThat(System.getProperty(NETTY)).isNull();
        assertThat(System.getProperties().stringPropertyNames()).noneMatch(name -> name.endsWith("noNative"));
    }
}
