package programs;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Netty's NIO transport: an echo of some megabytes, and HTTP with a hundred clients.
@SuppressWarnings("FutureReturnValueIgnored") // what matters is what arrives
final class Netty {

    private static final int BYTES = 8 << 20;
    private static final int CLIENTS = 100;
    private static final int LARGEST = 1 << 20;

    private Netty() {}

    public static void main(String[] arguments) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        echo(group);
        http(group);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        System.out.println("native transports off: " + System.getProperty("io.netty.transport.noNative"));
        Descriptors.printKernelSockets();
    }

    private static Channel serve(EventLoopGroup group, ChannelInitializer<SocketChannel> initializer) throws Exception {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(initializer)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private static Channel connect(
            EventLoopGroup group, SocketAddress to, ChannelInitializer<SocketChannel> initializer) throws Exception {
        return new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(initializer)
                .connect(to)
                .sync()
                .channel();
    }

    private static ChannelInitializer<SocketChannel> initializer(java.util.function.Consumer<SocketChannel> action) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                action.accept(channel);
            }
        };
    }

    private static void echo(EventLoopGroup group) throws Exception {
        Channel server = serve(group, initializer(channel -> channel.pipeline().addLast(new Echo())));
        var done = new CompletableFuture<Long>();
        Channel client = connect(
                group,
                server.localAddress(),
                initializer(channel -> channel.pipeline().addLast(new Counter(done))));
        for (int sent = 0; sent < BYTES; sent += 64 << 10) {
            var block = Unpooled.buffer(64 << 10).writeZero(64 << 10);
            client.writeAndFlush(block);
        }
        System.out.println("echo: " + done.get(60, TimeUnit.SECONDS));
        client.close().sync();
        server.close().sync();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static final class Counter extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<Long> done;
        private long count;

        Counter(CompletableFuture<Long> done) {
            this.done = done;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
            count += message.readableBytes();
            if (count == BYTES) done.complete(count);
        }
    }

    private static void http(EventLoopGroup group) throws Exception {
        Channel server = serve(
                group,
                initializer(channel -> channel.pipeline()
                        .addLast(new HttpServerCodec(), new HttpObjectAggregator(LARGEST), new Responder())));
        var answers = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < CLIENTS; i++) {
            var answer = new CompletableFuture<String>();
            answers.add(answer);
            Channel client = connect(
                    group,
                    server.localAddress(),
                    initializer(channel -> channel.pipeline()
                            .addLast(new HttpClientCodec(), new HttpObjectAggregator(LARGEST), new Receiver(answer))));
            var request = new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1,
                    HttpMethod.POST,
                    "/",
                    Unpooled.copiedBuffer("request " + i, StandardCharsets.US_ASCII));
            request.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, request.content().readableBytes());
            client.writeAndFlush(request);
        }
        int right = 0;
        for (int i = 0; i < CLIENTS; i++)
            if (answers.get(i).get(60, TimeUnit.SECONDS).equals("request " + i)) right++;
        System.out.println("http: " + right);
        server.close().sync();
    }

    private static final class Responder extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            var response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.OK,
                    request.content().retain());
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static final class Receiver extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final CompletableFuture<String> answer;

        Receiver(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            answer.complete(response.content().toString(StandardCharsets.US_ASCII));
        }
    }
}
