/* What the system takes of RTP when nobody waits for a tick: what a second core can bring at all.
 *
 *   flat_out THREADS CALLS SECONDS     each thread sends to CALLS callers of its own, as fast as it goes
 *
 * Prints the packets a second of all. Nobody reads them: they end at a socket that is full.
 */
#include "rtp.h"

enum { MOST = 16, FIRST_CALLER = 0x7f400001 };

static uint32_t calls;
static double seconds;
static pthread_barrier_t together;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec * 1e-9;
}

static void *send_flat_out(void *sent) {
    int fd = open_socket(INADDR_LOOPBACK, 0, BUFFER), sink = open_socket(INADDR_LOOPBACK, 0, BUFFER), one = 1;
    setsockopt(sink, SOL_SOCKET, SO_RCVBUF, &one, sizeof one);
    struct sockaddr_in theirs;
    socklen_t size = sizeof theirs;
    getsockname(sink, (struct sockaddr *)&theirs, &size);
    Row *rows = calloc(calls, sizeof *rows);
    struct mmsghdr *out = calloc(calls, sizeof *out);
    for (uint32_t n = 0; n < calls; n++)
        link_row(&rows[n], &out[n], FIRST_CALLER + n, ntohs(theirs.sin_port), n + 1);
    pthread_barrier_wait(&together);
    double began = now();
    uint64_t packets = 0;
    for (long tick = 0; now() < began + seconds; tick++) {
        uint32_t first = tick % PHASES * calls / PHASES, end = (tick % PHASES + 1) * calls / PHASES;
        uint16_t sequence = htons(tick / PHASES);
        uint32_t stamp = htonl(tick / PHASES * FRAME);
        for (uint32_t n = first; n < end; n++) move_on(&rows[n], sequence, stamp);
        send_all(fd, out + first, end - first);
        packets += end - first;
    }
    *(double *)sent = packets / (now() - began);
    return NULL;
}

int main(int argc, char **argv) {
    int threads = argc == 4 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MOST) return fprintf(stderr, "flat_out THREADS CALLS SECONDS\n"), 64;
    calls = atoi(argv[2]), seconds = atof(argv[3]);
    say_something();
    pthread_barrier_init(&together, NULL, threads);
    pthread_t senders[MOST];
    double sent[MOST], all = 0;
    for (int n = 0; n < threads; n++) pthread_create(&senders[n], NULL, send_flat_out, &sent[n]);
    for (int n = 0; n < threads; n++) {
        pthread_join(senders[n], NULL);
        all += sent[n];
    }
    printf("%.0f\n", all);
    return 0;
}
