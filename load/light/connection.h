// A client's connection: what is still to be written, what has come of a message that is not whole yet, and what it waits for.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  char *bytes;
  size_t length, capacity;
} Buffer;

void append(Buffer *buffer, const char *bytes, size_t length);
void drop(Buffer *buffer, size_t length);

typedef struct {
  int fd, index, port;
  char *token, *conversation;
  bool sender, closed, awaits_writing;
  Buffer out, in;
  // Messages sent, which is also the number of the last request.
  uint64_t requests;
  // When each of what is not acknowledged yet was due: a ring that grows.
  uint64_t *due;
  size_t due_first, due_count, due_capacity;
  // Of the newest delivery, where the server numbers them.
  uint64_t seq;
} Connection;

// Ends the process with one line.
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

uint64_t now(void);

// Connects to 127.0.0.1; what it does until `go_on` blocks, at most 20 s.
void dial(Connection *connection);
// Writes what there is and reads until `text` has come.
void await(Connection *connection, const char *text);
// From here on nothing blocks, and epoll tells of it.
void go_on(Connection *connection, int epoll);

void write_out(Connection *connection, int epoll);
// Reads once. False when there was nothing, or it is closed.
bool read_in(Connection *connection);

void push_due(Connection *connection, uint64_t at);
// Of a connection that waits for something.
uint64_t take_due(Connection *connection);

enum { TEXT = 1, BINARY = 2 };
void open_websocket(Connection *connection, const char *path);
void put_websocket(Connection *connection, int opcode, const char *bytes, size_t length);
typedef void (*OnMessage)(Connection *connection, const char *bytes, size_t length);
// Gives each whole message to `on_message`; answers with how many bytes those took. Pings are answered.
size_t take_websocket(Connection *connection, const char *bytes, size_t length, OnMessage on_message);
