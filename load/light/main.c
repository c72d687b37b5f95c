// A light load generator: one process and one thread, a few tens of bytes of work for each message, so that what is
// measured is the server. Its own CPU time is in what it prints.
//
//   light --dialect NAME --pattern pairs|group [--senders N] [--window N | --rate N] [--text BYTES] [--warm S] [--seconds S]
//
// Standard input: a line per connection, `PORT TOKEN CONVERSATION`. pairs: the odd ones send to the even ones after them;
// group: the first N send, all get. Closed loop: each sender keeps `window` messages in flight. Open loop: `rate` messages a
// second over all senders, each timed from when it was due, sent or not. Prints `measuring` and `measured` around the
// measured time, waits until what is on its way has come, and prints one line of JSON.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include "connection.h"
#include "counts.h"
#include "dialects.h"
#include "histogram.h"

enum { MAX_TEXT = 8000, DRAIN_SECONDS = 15, CID = 30 };

static struct {
  const Dialect *dialect;
  bool group;
  long senders, window, text;
  double rate, warm, seconds;
} plan = {.window = 16, .text = 64, .warm = 2, .seconds = 5};

static Connection **connections;
static int count, epoll;
static char text[MAX_TEXT + 1];
// The measured time; what was due in it is measured, whenever it comes.
static uint64_t begins_at = UINT64_MAX, ends_at = UINT64_MAX;
static bool measuring, stopped;
static Histogram acknowledged_in, delivered_in;
static struct {
  uint64_t sent, acknowledged, delivered, refused, disordered;
  // Within the measured time.
  uint64_t measured_acknowledged, measured_delivered;
} counts;
static char refusal[256];

static void send_one(Connection *connection, uint64_t due) {
  char cid[CID + 1];
  connection->requests++;
  // Its sender, which of its messages, and when that was due.
  snprintf(cid, sizeof cid, "%06x%08" PRIx32 "%016" PRIx64, connection->index, (uint32_t)connection->requests, due);
  push_due(connection, due);
  counts.sent++;
  plan.dialect->send(connection, cid, text);
}

static bool is_measured(uint64_t due) { return due >= begins_at && due < ends_at; }

void count_acknowledgement(Connection *connection) {
  // Answers to the greeting look alike with some servers.
  if (connection->due_count == 0) return;
  uint64_t due = take_due(connection);
  counts.acknowledged++;
  if (measuring) counts.measured_acknowledged++;
  if (is_measured(due)) histogram_record(&acknowledged_in, now() - due);
  if (!stopped && plan.rate == 0) send_one(connection, now());
}

static const char *cid_in(const char *body, size_t length) {
  static const char name[] = "\"cid\":\"";
  const char *found = memmem(body, length, name, sizeof name - 1);
  return found && found + sizeof name - 1 + CID <= body + length ? found + sizeof name - 1 : NULL;
}

static uint64_t hex(const char *digits, int length) {
  char copy[17];
  memcpy(copy, digits, (size_t)length);
  copy[length] = 0;
  return strtoull(copy, NULL, 16);
}

void count_delivery(Connection *connection, const char *body, size_t length, uint64_t seq) {
  // Who sends may have asked not to be told of their own.
  if (seq > 0 && !connection->sender) {
    if (connection->seq > 0 && seq != connection->seq + 1) counts.disordered++;
    connection->seq = seq;
  }
  if (connection->sender || plan.rate > 0) {
    const char *cid = cid_in(body, length);
    if (!cid) return;
    // What a sender sees of its own is no delivery.
    if ((int)hex(cid, 6) == connection->index) return;
    if (plan.rate > 0) {
      uint64_t due = hex(cid + 14, 16);
      if (is_measured(due)) histogram_record(&delivered_in, now() - due);
    }
  }
  counts.delivered++;
  if (measuring) counts.measured_delivered++;
}

void count_refusal(const char *what, const char *body, size_t length) {
  if (counts.refused++ > 0) return;
  int written = snprintf(refusal, sizeof refusal, "%s: %.*s", what, length < 200 ? (int)length : 200, body);
  for (int at = 0; at < written && at < (int)sizeof refusal; at++)
    if (refusal[at] == '"' || refusal[at] == '\\' || (unsigned char)refusal[at] < ' ') refusal[at] = '\'';
}

static void take(Connection *connection) {
  if (!read_in(connection)) {
    if (connection->closed && !stopped) count_refusal("a connection was closed", "", 0);
    return;
  }
  Buffer *in = &connection->in;
  drop(in, take_messages(plan.dialect, connection, in->bytes, in->length));
  if (connection->out.length > 0) write_out(connection, epoll);
}

// Waits at most so long, and handles what has come.
static void turn(uint64_t ns) {
  static struct epoll_event events[512];
  struct timespec limit = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
  int ready = epoll_pwait2(epoll, events, 512, &limit, NULL);
  for (int index = 0; index < ready; index++) {
    Connection *connection = events[index].data.ptr;
    if (events[index].events & EPOLLOUT) write_out(connection, epoll);
    if (events[index].events & ~(uint32_t)EPOLLOUT) take(connection);
  }
}

static double number(const char *name, const char *value, double least, double most) {
  char *end;
  double given = strtod(value, &end);
  if (*end || end == value || !(given >= least && given <= most))
    fail("%s is a number from %g to %g, not %s", name, least, most, value);
  return given;
}

static void read_plan(int length, char **arguments) {
  for (int index = 1; index < length; index += 2) {
    const char *name = arguments[index], *value = arguments[index + 1];
    if (!value) fail("%s lacks its value", name);
    if (!strcmp(name, "--dialect")) {
      if (!(plan.dialect = find_dialect(value))) fail("--dialect is one of %s, not %s", dialect_names(), value);
    } else if (!strcmp(name, "--pattern")) {
      plan.group = !strcmp(value, "group");
      if (!plan.group && strcmp(value, "pairs")) fail("--pattern is pairs or group, not %s", value);
    } else if (!strcmp(name, "--senders")) plan.senders = (long)number(name, value, 1, 1e6);
    else if (!strcmp(name, "--window")) plan.window = (long)number(name, value, 1, 1e5);
    else if (!strcmp(name, "--text")) plan.text = (long)number(name, value, 1, MAX_TEXT);
    else if (!strcmp(name, "--warm")) plan.warm = number(name, value, 0, 3600);
    else if (!strcmp(name, "--seconds")) plan.seconds = number(name, value, 0.1, 86400);
    else if (!strcmp(name, "--rate")) plan.rate = number(name, value, 1, 1e7);
    else fail("there is no option %s", name);
  }
  if (!plan.dialect) fail("--dialect is missing: one of %s", dialect_names());
  memset(text, 'x', (size_t)plan.text);
}

// Connects as the lines come, so that nobody's ticket waits for all the others.
static void open_connections(void) {
  char *line = NULL;
  size_t size = 0, room = 0;
  while (getline(&line, &size, stdin) > 0) {
    char *rest = strdup(line), *port = strtok(rest, " \n"), *token = strtok(NULL, " \n"), *conversation = strtok(NULL, " \n");
    if (!port) continue;
    if (!token || !conversation) fail("line %d of the connections is not PORT TOKEN CONVERSATION", count + 1);
    if ((size_t)count == room) connections = realloc(connections, (room = 2 * room + 64) * sizeof *connections);
    Connection *connection = calloc(1, sizeof *connection);
    if (!connections || !connection) fail("out of memory");
    connections[count] = connection;
    connection->index = count++;
    connection->port = (int)number("a port", port, 1, 65535);
    connection->token = token;
    connection->conversation = conversation;
    dial(connection);
    plan.dialect->greet(connection);
    // What came with the greeting counts for nothing.
    drop(&connection->in, take_messages(plan.dialect, connection, connection->in.bytes, connection->in.length));
    go_on(connection, epoll);
    printf("connected %d\n", count);
    fflush(stdout);
    // Who is connected may be asked whether it is there.
    if (count % 64 == 0) turn(0);
  }
  if (count < 2 || (!plan.group && count % 2)) fail("%d connections make no %s", count, plan.group ? "group" : "pairs");
  for (int index = 0; index < count; index++)
    connections[index]->sender = plan.group ? index < plan.senders : index % 2 == 0;
}

static void allow_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void mark(const char *word) {
  puts(word);
  fflush(stdout);
}

static void print_latencies(const char *name, const Histogram *histogram) {
  printf(",\"%s\":{\"count\":%" PRIu64 ",\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"p999Ms\":%.3f,\"maxMs\":%.3f}", name,
         histogram->total, (double)histogram_at(histogram, 0.5) / 1e6, (double)histogram_at(histogram, 0.99) / 1e6,
         (double)histogram_at(histogram, 0.999) / 1e6, (double)histogram->max / 1e6);
}

int main(int length, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  read_plan(length, arguments);
  allow_descriptors();
  if ((epoll = epoll_create1(0)) < 0) fail("epoll: %s", strerror(errno));
  open_connections();
  for (uint64_t until = now() + 300000000; now() < until;) turn(10000000);
  memset(&counts, 0, sizeof counts);

  Connection **senders = malloc((size_t)count * sizeof *senders);
  int sending = 0;
  for (int index = 0; index < count; index++)
    if (connections[index]->sender) senders[sending++] = connections[index];
  if (sending == 0) fail("nobody sends: --senders is missing");
  uint64_t begun = now(), next_due = begun, gap = plan.rate > 0 ? (uint64_t)(1e9 / plan.rate) : 0;
  uint64_t from = begun + (uint64_t)(plan.warm * 1e9);
  ends_at = from + (uint64_t)(plan.seconds * 1e9);
  begins_at = from;
  double own = 0;
  for (int index = 0; plan.rate == 0 && index < sending; index++) {
    for (long flight = 0; flight < plan.window; flight++) send_one(senders[index], now());
    write_out(senders[index], epoll);
  }
  for (int next = 0;;) {
    uint64_t time = now();
    if (!measuring && time >= from) {
      mark("measuring");
      own = cpu_seconds();
      measuring = true;
      begins_at = from = time;
      ends_at = time + (uint64_t)(plan.seconds * 1e9);
    }
    if (time >= ends_at) break;
    for (; plan.rate > 0 && next_due <= time; next_due += gap, next = (next + 1) % sending) {
      send_one(senders[next], next_due);
      write_out(senders[next], epoll);
    }
    uint64_t wait = plan.rate > 0 && next_due > time ? next_due - time : 0;
    turn(plan.rate > 0 && wait < 20000000 ? wait : 20000000);
  }
  double seconds = (double)(now() - from) / 1e9;
  own = cpu_seconds() - own;
  measuring = false;
  stopped = true;
  mark("measured");

  uint64_t receivers = plan.group ? (uint64_t)count - 1 : 1;
  for (uint64_t until = now() + DRAIN_SECONDS * 1000000000ull;
       now() < until && (counts.acknowledged < counts.sent || counts.delivered < counts.sent * receivers);)
    turn(20000000);
  printf("{\"connections\":%d,\"seconds\":%.4f,\"sent\":%" PRIu64 ",\"acknowledged\":%" PRIu64 ",\"delivered\":%" PRIu64,
         count, seconds, counts.sent, counts.measured_acknowledged, counts.measured_delivered);
  printf(",\"missing\":%" PRId64 ",\"disordered\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"refusal\":\"%s\",\"ownCpuSeconds\":%.3f",
         (int64_t)(counts.sent * receivers - counts.delivered), counts.disordered, counts.refused, refusal, own);
  print_latencies("acknowledgedIn", &acknowledged_in);
  print_latencies("deliveredIn", &delivered_in);
  puts("}");
  return 0;
}
