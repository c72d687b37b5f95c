// How the same talk is held with one server or another.
#pragma once
#include "connection.h"

typedef struct {
  const char *name;
  // Logs in and joins the conversation, on a connection that still blocks.
  void (*greet)(Connection *connection);
  // Queues one message. `cid` names it and is in what the receivers get.
  void (*send)(Connection *connection, const char *cid, const char *text);
  // Hears of each WebSocket message; NULL: it speaks without WebSocket, and `take` takes its lines.
  OnMessage on_message;
  size_t (*take)(Connection *connection, const char *bytes, size_t length);
} Dialect;

// Those of servers written in Erlang, without WebSocket.
extern const Dialect stomp, xmpp;

// Takes whole messages; answers with how many bytes they took.
size_t take_messages(const Dialect *dialect, Connection *connection, const char *bytes, size_t length);

// NULL when there is none of that name.
const Dialect *find_dialect(const char *name);
// All names, with a comma between them.
const char *dialect_names(void);
