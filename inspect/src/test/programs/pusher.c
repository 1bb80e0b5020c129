/* An event loop that watches its connections for writing only: it never learns that the peer has closed.
 * pusher PORT [COUNT] - prints "ready" when it waits. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int subscribers[1024];
static int count;

static int subscribe(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) exit(1);
    return fd;
}

static void push(int loop) {
    struct epoll_event events[16];
    for (;;) {
        int ready = epoll_wait(loop, events, 16, -1);
        for (int i = 0; i < ready; i++) {
            /* nothing to push now: edge-triggered, so it will not be told again */
        }
        puts("ready");
        fflush(stdout);
    }
}

int main(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : 0;
    int wanted = argc > 2 ? atoi(argv[2]) : 1;
    int loop = epoll_create1(0);
    while (count < wanted) {
        struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.fd = subscribe(port)};
        subscribers[count++] = event.data.fd;
        epoll_ctl(loop, EPOLL_CTL_ADD, event.data.fd, &event);
    }
    push(loop);
}
