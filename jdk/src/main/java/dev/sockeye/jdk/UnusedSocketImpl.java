package dev.sockeye.jdk;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/// The SocketImpl of the sockets of channels, which have to have one, and override all that would use it.
final class UnusedSocketImpl extends SocketImpl {

    private static AssertionError used() {
        return new AssertionError("the socket of a channel does not use its SocketImpl");
    }

    @Override
    protected void create(boolean stream) {
        throw used();
    }

    @Override
    protected void connect(String host, int port) {
        throw used();
    }

    @Override
    protected void connect(InetAddress address, int port) {
        throw used();
    }

    @Override
    protected void connect(SocketAddress address, int timeout) {
        throw used();
    }

    @Override
    protected void bind(InetAddress host, int port) {
        throw used();
    }

    @Override
    protected void listen(int backlog) {
        throw used();
    }

    @Override
    protected void accept(SocketImpl accepted) {
        throw used();
    }

    @Override
    protected InputStream getInputStream() {
        throw used();
    }

    @Override
    protected OutputStream getOutputStream() {
        throw used();
    }

    @Override
    protected int available() {
        throw used();
    }

    @Override
    protected void close() {
        throw used();
    }

    @Override
    protected void sendUrgentData(int data) {
        throw used();
    }

    @Override
    public void setOption(int option, Object value) {
        throw used();
    }

    @Override
    public Object getOption(int option) {
        throw used();
    }
}
