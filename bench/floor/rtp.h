/* What both programs share: the addresses of the callers, the clock, and a socket as the line opens its own. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    HEADER = 12,       /* octets of RTP before the speech (RFC 3550 section 5.1) */
    FRAME = 160,       /* octets of 20 ms of G.711 */
    PHASES = 4,        /* groups of streams over the 20 ms */
    BATCH = 512,       /* datagrams a system call */
    ROW = 640,         /* octets kept of a datagram */
    EXPEDITED = 0xB8,  /* DSCP 46, telephone audio */
};
#define TICK_NS 5000000L
#define BUFFER (4 << 20)

static inline void fail(const char *what) {
    perror(what);
    exit(1);
}

/* A UDP socket; `host` in host order. `octets` are asked for as its receive buffer, beyond the limit where we may. */
static inline int open_socket(uint32_t host, int port, int octets) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), send = BUFFER, tos = EXPEDITED, whole = IP_PMTUDISC_PROBE;
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(host)};
    if (fd < 0) fail("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof send);
    setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole);
    if (bind(fd, (struct sockaddr *)&name, sizeof name)) fail("bind");
    return fd;
}

/* Sleep until the tick of this number since `start`. A clock that never drifts; a late tick is not caught up. */
static inline void wait_for_tick(struct timespec start, long number) {
    int64_t due = start.tv_nsec + (int64_t)number * TICK_NS;
    struct timespec at = {start.tv_sec + due / 1000000000L, due % 1000000000L};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {}
}

/* Send all of `count` messages; what the system does not take is left out, as the line does. */
static inline void send_all(int fd, struct mmsghdr *messages, int count) {
    for (int done = 0; done < count;) {
        int part = count - done < BATCH ? count - done : BATCH;
        int sent = sendmmsg(fd, messages + done, part, 0);
        if (sent > 0) done += sent;
        else if (errno == EAGAIN || errno == ENOBUFS) return;
        else if (errno != EINTR) done++;
    }
}

static inline void write_header(uint8_t *header, uint8_t type, uint16_t sequence, uint32_t stamp, uint32_t ssrc) {
    sequence = htons(sequence), stamp = htonl(stamp), ssrc = htonl(ssrc);
    header[0] = 0x80, header[1] = type;
    memcpy(header + 2, &sequence, 2);
    memcpy(header + 4, &stamp, 4);
    memcpy(header + 8, &ssrc, 4);
}

enum { SECONDS = 60, SPEECH = SECONDS * 50 * FRAME };
static uint8_t speech[SPEECH];

static inline void say_something(void) {
    for (int n = 0; n < SPEECH; n++) speech[n] = rand();
}

/* One stream that is sent: what the message of a packet points at. */
typedef struct {
    uint8_t header[HEADER];
    struct sockaddr_in name;
    struct iovec parts[2];
} Row;

static inline void link_row(Row *row, struct mmsghdr *message, uint32_t host, int port, uint32_t ssrc) {
    row->name = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(host)};
    write_header(row->header, 8, 0, 0, ssrc);
    row->parts[0] = (struct iovec){row->header, HEADER};
    row->parts[1] = (struct iovec){speech + (size_t)(ssrc * 7919u % (SECONDS * 50)) * FRAME, FRAME};
    message->msg_hdr = (struct msghdr){
        .msg_name = &row->name, .msg_namelen = sizeof row->name, .msg_iov = row->parts, .msg_iovlen = 2};
}

/* The next packet of a stream: number and time as they are sent, and the place in the speech. */
static inline void move_on(Row *row, uint16_t sequence, uint32_t stamp) {
    memcpy(row->header + 2, &sequence, 2);
    memcpy(row->header + 4, &stamp, 4);
    row->parts[1].iov_base = (uint8_t *)row->parts[1].iov_base + FRAME;
    if ((uint8_t *)row->parts[1].iov_base == speech + SPEECH) row->parts[1].iov_base = speech;
}
