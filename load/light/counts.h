// What the run counts, whatever the dialect.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "connection.h"

// One message of `connection` was acknowledged.
void count_acknowledgement(Connection *connection);
// `connection` got a message; `seq` 0 where the server does not number them.
void count_delivery(Connection *connection, const char *body, size_t length, uint64_t seq);
// The server refused something, or said that it ends.
void count_refusal(const char *what, const char *body, size_t length);
