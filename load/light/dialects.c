#define _GNU_SOURCE
#include "dialects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"

static bool begins(const char *bytes, size_t length, const char *text) {
  size_t wanted = strlen(text);
  return length >= wanted && !memcmp(bytes, text, wanted);
}

static bool holds(const char *bytes, size_t length, const char *text) {
  return memmem(bytes, length, text, strlen(text)) != NULL;
}

// ---- Berth's frames, which the bare relay passes on as they are: 2 bytes id, 2 bytes length, JSON.

enum { HELLO = 1049, RESUME = 1051, PROBE = 1057, ERROR = 1059, GO_AWAY = 1061, KICKED = 1063, MOVED = 1065 };
enum { SEND = 1101, DELIVER = 1103, ACKNOWLEDGEMENT = 0 };

static void put_frame(Connection *connection, int id, const char *body, size_t length) {
  char frame[16384];
  const char head[4] = {(char)(id >> 8), (char)id, (char)(length >> 8), (char)length};
  memcpy(frame, head, 4);
  memcpy(frame + 4, body, length);
  put_websocket(connection, BINARY, frame, length + 4);
}

static void send_frame(Connection *connection, const char *conversation, const char *cid, const char *text) {
  char body[12288];
  int length = snprintf(body, sizeof body, "{\"req\":%" PRIu64 ",\"conversation\":%s,\"cid\":\"%s\",\"text\":\"%s\"}",
                        connection->requests, conversation, cid, text);
  put_frame(connection, SEND, body, (size_t)length);
}

static uint64_t seq_of(const char *body, size_t length) {
  static const char name[] = "\"seq\":";
  for (size_t at = 0; at + sizeof name < length; at++)
    if (body[at] == '"' && !memcmp(body + at, name, sizeof name - 1))
      return strtoull(body + at + sizeof name - 1, NULL, 10);
  return 0;
}

static void on_frame(Connection *connection, int id, const char *body, size_t length) {
  switch (id) {
    case DELIVER: count_delivery(connection, body, length, seq_of(body, length)); break;
    case SEND + 1:
      if (holds(body, length < 48 ? length : 48, "\"error\"")) count_refusal("a send was refused", body, length);
      count_acknowledgement(connection);
      break;
    case PROBE: put_frame(connection, PROBE + 1, "{}", 2); break;
    case ERROR: case GO_AWAY: case KICKED: case MOVED: count_refusal("the server said", body, length); break;
    // Of the relay alone.
    case SEND: count_delivery(connection, body, length, 0); break;
    case ACKNOWLEDGEMENT: count_acknowledgement(connection); break;
  }
}

static void on_frames(Connection *connection, const char *bytes, size_t length) {
  for (size_t at = 0; at + 4 <= length;) {
    const uint8_t *frame = (const uint8_t *)bytes + at;
    size_t size = (size_t)frame[2] << 8 | frame[3];
    if (at + 4 + size > length) break;
    on_frame(connection, frame[0] << 8 | frame[1], bytes + at + 4, size);
    at += 4 + size;
  }
}

static void greet_berth(Connection *connection) {
  char hello[2048];
  open_websocket(connection, "/");
  int length = snprintf(hello, sizeof hello, "{\"req\":1,\"token\":\"%s\",\"echo\":false}", connection->token);
  put_frame(connection, HELLO, hello, (size_t)length);
  static const char resume[] = "{\"req\":2,\"marks\":[]}";
  put_frame(connection, RESUME, resume, sizeof resume - 1);
  await(connection, "\"conversations\"");
  connection->requests = 2;
}

static void send_berth(Connection *connection, const char *cid, const char *text) {
  send_frame(connection, connection->conversation, cid, text);
}

static void greet_relay(Connection *connection) {
  char path[256];
  snprintf(path, sizeof path, "/?room=%s", connection->conversation);
  open_websocket(connection, path);
}

static void send_relay(Connection *connection, const char *cid, const char *text) {
  send_frame(connection, "1", cid, text);
}

// ---- socket.io: an event with an acknowledgement, over Engine.IO 4.

static void on_socket_io(Connection *connection, const char *bytes, size_t length) {
  if (begins(bytes, length, "43")) count_acknowledgement(connection);
  else if (begins(bytes, length, "42")) count_delivery(connection, bytes, length, 0);
  else if (length == 1 && *bytes == '2') put_websocket(connection, TEXT, "3", 1);
}

static void greet_socket_io(Connection *connection) {
  char path[256];
  snprintf(path, sizeof path, "/socket.io/?EIO=4&transport=websocket&room=%s", connection->conversation);
  open_websocket(connection, path);
  await(connection, "0{\"sid");
  put_websocket(connection, TEXT, "40", 2);
  await(connection, "40{");
}

static void send_socket_io(Connection *connection, const char *cid, const char *text) {
  char body[12288];
  int length = snprintf(body, sizeof body, "42%" PRIu64 "[\"m\",{\"cid\":\"%s\",\"text\":\"%s\"}]", connection->requests,
                        cid, text);
  put_websocket(connection, TEXT, body, (size_t)length);
}

// ---- Centrifugo: commands and pushes, a JSON object a line; the token is a JWT.

static void on_centrifugo(Connection *connection, const char *bytes, size_t length) {
  for (const char *end = bytes + length; bytes < end;) {
    const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
    size_t size = (size_t)((stop ? stop : end) - bytes);
    if (size == 2) put_websocket(connection, TEXT, "{}", 2);
    else if (begins(bytes, size, "{\"push\"")) count_delivery(connection, bytes, size, 0);
    else if (begins(bytes, size, "{\"id\"")) {
      if (holds(bytes, size, "\"error\"")) count_refusal("a publication was refused", bytes, size);
      count_acknowledgement(connection);
    }
    bytes += size + 1;
  }
}

static void greet_centrifugo(Connection *connection) {
  char body[2048];
  open_websocket(connection, "/connection/websocket");
  int length = snprintf(body, sizeof body, "{\"id\":1,\"connect\":{\"token\":\"%s\"}}", connection->token);
  put_websocket(connection, TEXT, body, (size_t)length);
  await(connection, "\"connect\":{\"client");
  length = snprintf(body, sizeof body, "{\"id\":2,\"subscribe\":{\"channel\":\"%s\"}}", connection->conversation);
  put_websocket(connection, TEXT, body, (size_t)length);
  await(connection, "\"subscribe\":{");
  connection->requests = 2;
}

static void send_centrifugo(Connection *connection, const char *cid, const char *text) {
  char body[12288];
  int length = snprintf(body, sizeof body,
                        "{\"id\":%" PRIu64 ",\"publish\":{\"channel\":\"%s\",\"data\":{\"cid\":\"%s\",\"text\":\"%s\"}}}",
                        connection->requests, connection->conversation, cid, text);
  put_websocket(connection, TEXT, body, (size_t)length);
}

// ---- nats-server: its own text protocol over TCP. Without JetStream what a sender gets back of its own is the acknowledgement.

enum { FROM_SUBJECT = '1', FROM_INBOX = '2' };

static void on_nats_message(Connection *connection, char subscription, const char *payload, size_t size) {
  char own[32];
  int length = snprintf(own, sizeof own, "\"cid\":\"%06x", connection->index);
  if (subscription == FROM_INBOX) {
    if (holds(payload, size, "\"error\"")) count_refusal("a publication was refused", payload, size);
    count_acknowledgement(connection);
  } else if (connection->token[0] == 'c' && memmem(payload, size, own, (size_t)length)) count_acknowledgement(connection);
  else count_delivery(connection, payload, size, 0);
}

static size_t take_nats(Connection *connection, const char *bytes, size_t length) {
  size_t taken = 0;
  while (taken < length) {
    const char *line = bytes + taken, *end = memmem(line, length - taken, "\r\n", 2);
    if (!end) break;
    size_t size = (size_t)(end - line);
    if (begins(line, size, "MSG ")) {
      // MSG subject subscription [reply] bytes
      const char *subscription = (const char *)memchr(line + 4, ' ', size - 4) + 1, *last = memrchr(line, ' ', size) + 1;
      size_t payload = strtoul(last, NULL, 10);
      if (taken + size + 2 + payload + 2 > length) break;
      on_nats_message(connection, *subscription, end + 2, payload);
      taken += payload + 2;
    } else if (begins(line, size, "PING")) append(&connection->out, "PONG\r\n", 6);
    else if (begins(line, size, "-ERR")) count_refusal("the server said", line, size);
    taken += size + 2;
  }
  return taken;
}

static void greet_nats(Connection *connection) {
  char lines[512];
  bool core = connection->token[0] == 'c';
  await(connection, "INFO ");
  int length = snprintf(lines, sizeof lines,
                        "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":%s,\"headers\":false}\r\n"
                        "SUB %s %c\r\nSUB _INBOX.c%d.* %c\r\nPING\r\n",
                        core ? "true" : "false", connection->conversation, FROM_SUBJECT, connection->index, FROM_INBOX);
  append(&connection->out, lines, (size_t)length);
  await(connection, "PONG\r\n");
}

static void send_nats(Connection *connection, const char *cid, const char *text) {
  char head[256], payload[12288];
  int size = snprintf(payload, sizeof payload, "{\"cid\":\"%s\",\"text\":\"%s\"}\r\n", cid, text);
  int length = connection->token[0] == 'c'
                   ? snprintf(head, sizeof head, "PUB %s %d\r\n", connection->conversation, size - 2)
                   : snprintf(head, sizeof head, "PUB %s _INBOX.c%d.%" PRIu64 " %d\r\n", connection->conversation,
                              connection->index, connection->requests, size - 2);
  append(&connection->out, head, (size_t)length);
  append(&connection->out, payload, (size_t)size);
}

static const Dialect *const dialects[] = {
    &(const Dialect){"berth", greet_berth, send_berth, on_frames, NULL},
    &(const Dialect){"relay", greet_relay, send_relay, on_frames, NULL},
    &(const Dialect){"socket.io", greet_socket_io, send_socket_io, on_socket_io, NULL},
    &(const Dialect){"centrifugo", greet_centrifugo, send_centrifugo, on_centrifugo, NULL},
    &(const Dialect){"nats", greet_nats, send_nats, NULL, take_nats},
    &stomp,
    &xmpp,
};

size_t take_messages(const Dialect *dialect, Connection *connection, const char *bytes, size_t length) {
  return dialect->take ? dialect->take(connection, bytes, length)
                       : take_websocket(connection, bytes, length, dialect->on_message);
}

const Dialect *find_dialect(const char *name) {
  for (size_t index = 0; index < sizeof dialects / sizeof *dialects; index++)
    if (!strcmp(dialects[index]->name, name)) return dialects[index];
  return NULL;
}

const char *dialect_names(void) { return "berth, relay, socket.io, centrifugo, nats, stomp, xmpp"; }
