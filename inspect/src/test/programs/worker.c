/* One thread waits for a backend in read(), another client's descriptor is forgotten in a table.
 * worker PORT BACKEND_PORT - PORT closes, BACKEND_PORT keeps silent. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int forgotten[16];

static int dial(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) exit(1);
    return fd;
}

__attribute__((noinline)) static long ask_backend(int backend) {
    char answer[16];
    long length = read(backend, answer, sizeof answer);
    return length + 1; /* not a tail call: the frame stays */
}

static void *serve(void *argument) {
    pthread_setname_np(pthread_self(), "serve");
    long length = ask_backend((int)(long)argument);
    return (void *)length;
}

int main(int argc, char **argv) {
    char byte;
    if (argc < 3) return 2;
    forgotten[0] = dial(atoi(argv[1]));
    while (read(forgotten[0], &byte, 1) > 0) {
        /* to the end of stream, and never closed */
    }
    pthread_t thread;
    pthread_create(&thread, NULL, serve, (void *)(long)dial(atoi(argv[2])));
    puts("ready");
    fflush(stdout);
    pthread_join(thread, NULL);
    return 0;
}
