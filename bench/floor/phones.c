/* The callers' side of all calls on one port: hears what comes, with the kernel's time of it, and talks.
 *
 *   phones PORT                          binds PORT on every address, 127.x.y.z is a caller of its own
 *
 *   standard input                       what it does
 *   call FROM HOST PORT                  a caller at FROM talks to HOST:PORT (numbers in host order)
 *   forget                               nobody talks any more
 *   talk 0 | talk 1                      whether they send 50 packets/s each
 *   begin                                count what comes from now on, and print so
 *   end                                  print what has come till now, in one line
 *
 * A gap is the time from one packet of a stream, known by its SSRC, to the next. Packets that this program was
 * too slow to read are `dropped`: where there are any, nothing is proved. `missing` were never sent or got lost.
 */
#include "rtp.h"

enum { STREAMS = 1 << 15, MOST = 1 << 14, HEARD_BUFFER = 256 << 20, CONTROL_TYPES = 72 };

typedef struct {
    uint32_t ssrc, window;
    uint16_t sequence;
    int64_t at;
} Stream;

typedef struct {
    uint32_t streams, dropped;
    uint64_t packets, gaps, over_30, over_40, missing;
    int64_t longest;
} Counts;

static int fd;
static Stream streams[STREAMS];
static Counts counts;
static uint32_t window, dropped_before, dropped_now;
static int64_t began, ends;
static pthread_cond_t all_read = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t heard_lock = PTHREAD_MUTEX_INITIALIZER;

static uint8_t rows[BATCH][64], notes[BATCH][128];
static struct iovec parts[BATCH];
static struct mmsghdr in[BATCH];

static int64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);  /* the clock of the kernel's stamps */
    return at.tv_sec * 1000000000L + at.tv_nsec;
}

static Stream *stream_of(uint32_t ssrc) {
    uint32_t place = ssrc * 2654435769u >> 17;
    while (streams[place].ssrc && streams[place].ssrc != ssrc) place = (place + 1) % STREAMS;
    streams[place].ssrc = ssrc;
    return &streams[place];
}

static void heard(const uint8_t *packet, int64_t at) {
    uint16_t sequence;
    uint32_t ssrc;
    memcpy(&sequence, packet + 2, 2);
    memcpy(&ssrc, packet + 8, 4);
    sequence = ntohs(sequence);
    Stream *stream = stream_of(ssrc);
    counts.packets++;
    if (stream->window == window) {
        int64_t gap = at - stream->at;
        int16_t step = sequence - stream->sequence;
        counts.gaps++;
        counts.over_30 += gap > 30000000;
        counts.over_40 += gap > 40000000;
        if (gap > counts.longest) counts.longest = gap;
        if (step > 1 && step < 1000) counts.missing += step - 1;
    } else {
        counts.streams++;
        stream->window = window;
    }
    stream->sequence = sequence, stream->at = at;
}

static int64_t read_notes(struct msghdr *message) {
    int64_t at = 0;
    for (struct cmsghdr *note = CMSG_FIRSTHDR(message); note; note = CMSG_NXTHDR(message, note)) {
        if (note->cmsg_level != SOL_SOCKET) continue;
        if (note->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec *stamp = (struct timespec *)CMSG_DATA(note);
            at = stamp->tv_sec * 1000000000L + stamp->tv_nsec;
        } else if (note->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&dropped_now, CMSG_DATA(note), 4);
        }
    }
    return at;
}

static void *listen_on(void *unused) {
    (void)unused;
    for (;;) {
        for (int n = 0; n < BATCH; n++) in[n].msg_hdr.msg_controllen = sizeof notes[n];
        pthread_mutex_lock(&heard_lock);
        int64_t asked = ends;  /* an empty socket proves that all was read only if it was looked at after that */
        pthread_mutex_unlock(&heard_lock);
        int count = recvmmsg(fd, in, BATCH, MSG_DONTWAIT, NULL);
        pthread_mutex_lock(&heard_lock);
        for (int n = 0; n < count; n++) {
            int64_t at = read_notes(&in[n].msg_hdr);
            int type = rows[n][1] & 0x7f;
            int control = type >= CONTROL_TYPES && type < CONTROL_TYPES + 8;
            if (ends && at > ends) window = 0;
            if (window && at >= began && in[n].msg_len >= HEADER && rows[n][0] >> 6 == 2 && !control) heard(rows[n], at);
        }
        if (count < BATCH && asked) window = 0;
        if (!window) pthread_cond_signal(&all_read);
        pthread_mutex_unlock(&heard_lock);
        if (count < BATCH) usleep(1000);
    }
    return NULL;
}

typedef struct {
    uint8_t header[HEADER];
    struct sockaddr_in name;
    struct iovec parts[2];
    union {
        struct cmsghdr align;
        char octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } from;
} Mouth;

static Mouth mouths[PHASES][MOST / PHASES];
static struct mmsghdr out[PHASES][MOST / PHASES];
static uint8_t silence[FRAME];
static atomic_int callers, talking;

static void add(uint32_t from, uint32_t host, int port) {
    int n = callers;
    if (n == MOST) return;
    Mouth *mouth = &mouths[n % PHASES][n / PHASES];
    struct msghdr *message = &out[n % PHASES][n / PHASES].msg_hdr;
    mouth->name = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(host)};
    mouth->parts[0] = (struct iovec){mouth->header, HEADER};
    mouth->parts[1] = (struct iovec){silence, FRAME};
    write_header(mouth->header, 8, 0, 0, from);
    *message = (struct msghdr){
        .msg_name = &mouth->name, .msg_namelen = sizeof mouth->name, .msg_iov = mouth->parts, .msg_iovlen = 2,
        .msg_control = mouth->from.octets, .msg_controllen = sizeof mouth->from.octets};
    struct cmsghdr *note = CMSG_FIRSTHDR(message);
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(from)};
    note->cmsg_level = IPPROTO_IP, note->cmsg_type = IP_PKTINFO, note->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(note), &info, sizeof info);
    callers = n + 1;
}

static void *talk(void *unused) {
    (void)unused;
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long tick = 0;; tick++) {
        wait_for_tick(start, tick);
        if (!talking) continue;
        int phase = tick % PHASES, all = callers, count = all / PHASES + (phase < all % PHASES);
        uint32_t stamp = htonl(tick / PHASES * FRAME);
        for (int n = 0; n < count; n++) {
            uint16_t sequence = htons(tick / PHASES + 977 * n);  /* everybody began somewhere else */
            memcpy(mouths[phase][n].header + 2, &sequence, 2);
            memcpy(mouths[phase][n].header + 4, &stamp, 4);
        }
        send_all(fd, out[phase], count);
    }
    return NULL;
}

static void obey(const char *said) {
    uint32_t from, host;
    int port;
    if (sscanf(said, "call %u %u %d", &from, &host, &port) == 3) {
        add(from, host, port);
    } else if (!strncmp(said, "forget", 6)) {
        callers = 0;
    } else if (!strncmp(said, "talk", 4)) {
        talking = said[5] == '1';
    } else if (!strncmp(said, "begin", 5)) {
        pthread_mutex_lock(&heard_lock);
        static uint32_t windows;
        counts = (Counts){0};
        memset(streams, 0, sizeof streams);
        dropped_before = dropped_now;
        window = ++windows, began = now(), ends = 0;
        pthread_mutex_unlock(&heard_lock);
        puts("counting");
        fflush(stdout);
    } else if (!strncmp(said, "end", 3)) {
        pthread_mutex_lock(&heard_lock);
        ends = now();
        while (window) pthread_cond_wait(&all_read, &heard_lock);
        counts.dropped = dropped_now - dropped_before;
        printf("streams=%u packets=%lu gaps=%lu over_30=%lu over_40=%lu longest_ns=%ld missing=%lu dropped=%u\n",
               counts.streams, counts.packets, counts.gaps, counts.over_30, counts.over_40, counts.longest,
               counts.missing, counts.dropped);
        fflush(stdout);
        pthread_mutex_unlock(&heard_lock);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "phones PORT\n"), 64;
    int port = atoi(argv[1]), on = 1;
    fd = open_socket(INADDR_ANY, port, HEARD_BUFFER);
    open_socket(INADDR_ANY, port + 1, 1);  /* RTCP comes here and is not read; nobody is told it is closed */
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    memset(silence, 0xD5, FRAME);
    for (int n = 0; n < BATCH; n++) {
        parts[n] = (struct iovec){rows[n], sizeof rows[n]};
        in[n].msg_hdr = (struct msghdr){.msg_iov = &parts[n], .msg_iovlen = 1, .msg_control = notes[n]};
    }
    pthread_t ears, mouth;
    pthread_create(&ears, NULL, listen_on, NULL);
    pthread_create(&mouth, NULL, talk, NULL);
    puts("ready");
    fflush(stdout);
    for (char said[128]; fgets(said, sizeof said, stdin);) obey(said);
    return 0;
}
