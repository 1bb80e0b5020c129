/// The stack under unmodified JDK programs: what `java.net` and `java.nio` do goes over sockets of ours, and the
/// program does not know.
///
/// Three doors lead from the JDK to here, and [dev.sockeye.jdk.Installation] opens all of them or none:
///
///  * `java.nio`: [dev.sockeye.jdk.StackSelectorProvider] makes `StackSocketChannel`, `StackServerSocketChannel`,
///    `StackSelector` and `MemoryPipe`; `ChannelSocket` and `ChannelServerSocket` are what `socket()` of a channel
/// gives;
///  * `java.net`: `StackSocketImpl` and `StackServerSocketImpl`, straight on the socket floor, for an interrupt
///    does not mean the same to a socket as to a channel;
///  * names: [dev.sockeye.jdk.StackResolverProvider].
///
/// [dev.sockeye.jdk.Placement] says for each address whether it is a host's of this JVM or the kernel's, and
/// [dev.sockeye.jdk.HostScope] which host a thread is on. The kernel's part of a socket is the JDK's own socket, behind
/// ours: `Kernel`, `KernelListener`, `KernelSocketImpl`.
///
/// [dev.sockeye.jdk.Agent] does all this before a program's `main`; [dev.sockeye.jdk.JdkRun] starts the program with
/// it.
@NullMarked
package dev.sockeye.jdk;

import org.jspecify.annotations.NullMarked;
