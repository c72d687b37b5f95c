#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "counts.h"

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "light: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  exit(1);
}

uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void reserve(Buffer *buffer, size_t length) {
  if (buffer->length + length <= buffer->capacity) return;
  buffer->capacity = 2 * (buffer->length + length);
  buffer->bytes = realloc(buffer->bytes, buffer->capacity);
  if (!buffer->bytes) fail("out of memory");
}

void append(Buffer *buffer, const char *bytes, size_t length) {
  reserve(buffer, length);
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

void drop(Buffer *buffer, size_t length) {
  buffer->length -= length;
  if (length > 0) memmove(buffer->bytes, buffer->bytes + length, buffer->length);
}

void dial(Connection *connection) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  if (fd < 0) fail("connection %d has no socket: %s%s", connection->index, strerror(errno), errno == EMFILE ? " (ulimit -n)" : "");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)connection->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (void *)&address, sizeof address))
    fail("connection %d to port %d: %s", connection->index, connection->port, strerror(errno));
  struct timeval limit = {.tv_sec = 20};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection->fd = fd;
}

void await(Connection *connection, const char *text) {
  write_out(connection, -1);
  Buffer *in = &connection->in;
  while (!in->length || !memmem(in->bytes, in->length, text, strlen(text))) {
    if (read_in(connection)) continue;
    // Such as the reason of a close.
    size_t length = in->length < 300 ? in->length : 300;
    for (size_t at = 0; at < length; at++)
      if (in->bytes[at] < ' ' || in->bytes[at] > '~') in->bytes[at] = '.';
    fail("connection %d waits for %s, but got: %.*s", connection->index, text, (int)length, length ? in->bytes : "");
  }
}

void go_on(Connection *connection, int epoll) {
  fcntl(connection->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event)) fail("epoll: %s", strerror(errno));
}

void write_out(Connection *connection, int epoll) {
  Buffer *out = &connection->out;
  size_t written = 0;
  while (written < out->length && !connection->closed) {
    ssize_t count = write(connection->fd, out->bytes + written, out->length - written);
    if (count > 0) written += (size_t)count;
    else if (errno == EAGAIN) break;
    else out->length = written = 0;
  }
  drop(out, written);
  bool awaits = out->length > 0;
  if (epoll < 0 || awaits == connection->awaits_writing) return;
  connection->awaits_writing = awaits;
  struct epoll_event event = {.events = EPOLLIN | (awaits ? EPOLLOUT : 0), .data.ptr = connection};
  epoll_ctl(epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

bool read_in(Connection *connection) {
  static char bytes[1 << 20];
  ssize_t count = read(connection->fd, bytes, sizeof bytes);
  if (count < 0 && errno == EAGAIN) return false;
  if (count <= 0) {
    connection->closed = true;
    close(connection->fd);
    return false;
  }
  append(&connection->in, bytes, (size_t)count);
  return true;
}

void push_due(Connection *connection, uint64_t at) {
  if (connection->due_count == connection->due_capacity) {
    size_t capacity = connection->due_capacity ? 2 * connection->due_capacity : 64;
    uint64_t *grown = malloc(capacity * sizeof *grown);
    if (!grown) fail("out of memory");
    for (size_t index = 0; index < connection->due_count; index++)
      grown[index] = connection->due[(connection->due_first + index) % connection->due_capacity];
    free(connection->due);
    connection->due = grown;
    connection->due_first = 0;
    connection->due_capacity = capacity;
  }
  connection->due[(connection->due_first + connection->due_count++) % connection->due_capacity] = at;
}

uint64_t take_due(Connection *connection) {
  uint64_t at = connection->due[connection->due_first];
  connection->due_first = (connection->due_first + 1) % connection->due_capacity;
  connection->due_count--;
  return at;
}

void open_websocket(Connection *connection, const char *path) {
  char request[1024];
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        path, connection->port);
  append(&connection->out, request, (size_t)length);
  await(connection, "\r\n\r\n");
  Buffer *in = &connection->in;
  char *end = (char *)memmem(in->bytes, in->length, "\r\n\r\n", 4) + 4;
  if (!memmem(in->bytes, (size_t)(end - in->bytes), " 101 ", 5))
    fail("connection %d got no upgrade: %.*s", connection->index, 60, in->bytes);
  drop(in, (size_t)(end - in->bytes));
}

void put_websocket(Connection *connection, int opcode, const char *bytes, size_t length) {
  // Any mask will do, but one of zeros could be skipped by a server.
  static const char mask[4] = {0x37, (char)0xfa, 0x21, 0x3d};
  char head[8];
  size_t size = 2;
  head[0] = (char)(0x80 | opcode);
  if (length < 126) head[1] = (char)(0x80 | length);
  else {
    head[1] = (char)(0x80 | 126);
    head[2] = (char)(length >> 8);
    head[3] = (char)length;
    size = 4;
  }
  Buffer *out = &connection->out;
  append(out, head, size);
  append(out, mask, 4);
  append(out, bytes, length);
  char *masked = out->bytes + out->length - length;
  for (size_t index = 0; index < length; index++) masked[index] ^= mask[index & 3];
}

size_t take_websocket(Connection *connection, const char *bytes, size_t length, OnMessage on_message) {
  size_t taken = 0;
  while (length - taken >= 2) {
    const uint8_t *frame = (const uint8_t *)bytes + taken;
    size_t left = length - taken, head = 2;
    uint64_t size = frame[1] & 127;
    if (size >= 126) {
      size_t wide = size == 126 ? 2 : 8;
      if (left < 2 + wide) break;
      size = 0;
      for (size_t index = 0; index < wide; index++) size = size << 8 | frame[2 + index];
      head += wide;
    }
    if (left < head + size) break;
    const char *body = (const char *)frame + head;
    int opcode = frame[0] & 15;
    if (opcode == 9) put_websocket(connection, 10, body, size);
    else if (opcode == 8) count_refusal("closed by the server", body + (size < 2 ? size : 2), size < 2 ? 0 : size - 2);
    else if (opcode <= 2) on_message(connection, body, size);
    taken += head + size;
  }
  return taken;
}
