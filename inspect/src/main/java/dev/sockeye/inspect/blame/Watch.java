package dev.sockeye.inspect.blame;

import java.util.ArrayList;
import java.util.List;

/// An epoll that a program watches a socket with: what it wants to be told, which tells what it will
/// never learn.
///
/// @param epollFd of the epoll's descriptor
/// @param events  `EPOLL...`, as a mask
public record Watch(int epollFd, int events) {

    private static final int IN = 0x1, OUT = 0x4, RDHUP = 0x2000;
    private static final int ONESHOT = 1 << 30, EDGE = 1 << 31;

    /// The peer's FIN is an event of these.
    public boolean learnsOfFin() {
        return (events & (IN | RDHUP)) != 0;
    }

    /// `EPOLLONESHOT`, which has happened and was not armed again: nothing is told any more.
    public boolean isSpent() {
        return (events & ~(ONESHOT | EDGE)) == 0;
    }

    /// `EPOLLET`: what was not read then is not told again.
    public boolean isEdgeTriggered() {
        return (events & EDGE) != 0;
    }

    /// The events by their names.
    public String names() {
        List<String> names = new ArrayList<>();
        if ((events & IN) != 0) names.add("EPOLLIN");
        if ((events & OUT) != 0) names.add("EPOLLOUT");
        if ((events & RDHUP) != 0) names.add("EPOLLRDHUP");
        if ((events & EDGE) != 0) names.add("EPOLLET");
        if ((events & ONESHOT) != 0) names.add("EPOLLONESHOT");
        return names.isEmpty() ? "nothing" : String.join("|", names);
    }

    /// What follows from it.
    public String text() {
        String which = "epoll " + epollFd + " (" + names() + ")";
        if (isSpent())
            return which + " told of it once and was not armed again: the program learns nothing of it any more";
        if (learnsOfFin() && isEdgeTriggered())
            return which
                    + " tells of what arrives, once: if the program did not read to the end then, it is not told again";
        if (learnsOfFin()) return which + " tells the program when data or the end of stream is there";
        return which + " watches it for writing only: it never tells the program of the peer's FIN";
    }
}
