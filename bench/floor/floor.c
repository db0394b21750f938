/* The least that a call can cost: RTP to CALLS callers and nothing else, until standard input ends.
 *
 *   floor CALLS FIRST PORT     callers are at the addresses FIRST, FIRST + 1, ... (host order), all at PORT
 *
 * Prints its own port. A stream is a row of the messages of its phase, linked once; a tick writes sequence
 * number, timestamp and the place in the speech, and makes one system call for 512 packets. What callers send
 * is read in each tick, and of each one the last sequence number is kept.
 */
#include "rtp.h"

static uint8_t rows_in[BATCH][ROW];
static struct sockaddr_in names_in[BATCH];
static struct iovec parts_in[BATCH];
static struct mmsghdr in[BATCH];

static void read_all(int fd, uint32_t first, uint32_t calls, uint16_t *highest, uint64_t *received) {
    for (int turn = 0; turn < 16; turn++) {  /* a flood must not keep the packets from leaving */
        int count = recvmmsg(fd, in, BATCH, MSG_DONTWAIT, NULL);
        for (int n = 0; n < count; n++) {
            uint32_t caller = ntohl(names_in[n].sin_addr.s_addr) - first;
            if (caller >= calls || in[n].msg_len < HEADER || rows_in[n][0] >> 6 != 2) continue;
            memcpy(&highest[caller], rows_in[n] + 2, 2);
            received[caller]++;
        }
        if (count < BATCH) return;
    }
}

static void *until_told(void *unused) {
    (void)unused;
    while (getchar() != EOF) {}
    exit(0);
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "floor CALLS FIRST PORT\n"), 64;
    uint32_t calls = atoi(argv[1]), first = strtoul(argv[2], NULL, 0);
    int port = atoi(argv[3]), fd = open_socket(INADDR_LOOPBACK, 0, BUFFER);
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &size);

    say_something();
    for (int n = 0; n < BATCH; n++) {
        parts_in[n] = (struct iovec){rows_in[n], ROW};
        in[n].msg_hdr = (struct msghdr){
            .msg_name = &names_in[n], .msg_namelen = sizeof names_in[n], .msg_iov = &parts_in[n], .msg_iovlen = 1};
    }
    uint32_t each = (calls + PHASES - 1) / PHASES;
    Row *rows = calloc(PHASES * each, sizeof *rows);
    struct mmsghdr *out = calloc(PHASES * each, sizeof *out);
    uint16_t *highest = calloc(calls, sizeof *highest);
    uint64_t *received = calloc(calls, sizeof *received);
    for (uint32_t n = 0; n < calls; n++) {
        uint32_t place = n % PHASES * each + n / PHASES;
        link_row(&rows[place], &out[place], first + n, port, n + 1);
    }
    pthread_t reader;
    pthread_create(&reader, NULL, until_told, NULL);
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);

    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long tick = 0;; tick++) {
        wait_for_tick(start, tick);
        read_all(fd, first, calls, highest, received);
        int phase = tick % PHASES, count = calls / PHASES + (phase < (int)(calls % PHASES));
        Row *row = rows + phase * each;
        uint16_t sequence = htons(tick / PHASES);
        uint32_t stamp = htonl(tick / PHASES * FRAME);
        for (int n = 0; n < count; n++) move_on(row + n, sequence, stamp);
        send_all(fd, out + phase * each, count);
    }
}
