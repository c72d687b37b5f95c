#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "dialects.h"

static bool begins(const char *bytes, size_t length, const char *text) {
  size_t wanted = strlen(text);
  return length >= wanted && !memcmp(bytes, text, wanted);
}

static void put_text(Connection *connection, const char *text) { append(&connection->out, text, strlen(text)); }

// ---- STOMP, as RabbitMQ speaks it: frames that a zero byte ends. The receipt of a SEND is the broker's confirmation.

static size_t take_stomp(Connection *connection, const char *bytes, size_t length) {
  size_t taken = 0;
  while (taken < length) {
    const char *frame = bytes + taken, *end = memchr(frame, 0, length - taken);
    if (!end) break;
    // A line feed between frames is a heartbeat.
    while (frame < end && *frame == '\n') frame++;
    size_t size = (size_t)(end - frame);
    if (begins(frame, size, "MESSAGE\n")) count_delivery(connection, frame, size, 0);
    else if (begins(frame, size, "RECEIPT\n")) count_acknowledgement(connection);
    else if (begins(frame, size, "ERROR\n")) count_refusal("the server said", frame, size);
    taken = (size_t)(end - bytes) + 1;
  }
  return taken;
}

static void put_stomp(Connection *connection, const char *frame) {
  put_text(connection, frame);
  append(&connection->out, "", 1);
}

static void greet_stomp(Connection *connection) {
  char subscribe[256];
  put_stomp(connection, "CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n");
  await(connection, "CONNECTED\n");
  snprintf(subscribe, sizeof subscribe, "SUBSCRIBE\nid:0\nack:auto\ndestination:/topic/%s\nreceipt:subscribed\n\n",
           connection->conversation);
  put_stomp(connection, subscribe);
  await(connection, "receipt-id:subscribed");
}

static void send_stomp(Connection *connection, const char *cid, const char *text) {
  char frame[12288];
  snprintf(frame, sizeof frame, "SEND\ndestination:/topic/%s\nreceipt:%" PRIu64 "\n\n{\"cid\":\"%s\",\"text\":\"%s\"}",
           connection->conversation, connection->requests, cid, text);
  put_stomp(connection, frame);
}

const Dialect stomp = {.name = "stomp", .greet = greet_stomp, .send = send_stomp, .take = take_stomp};

// ---- XMPP: everybody is in a room of their conversation (XEP-0045), and what comes back of one's own is the acknowledgement.

static void on_room_message(Connection *connection, const char *stanza, size_t length) {
  // As a receiver's body would have it: its quotes come escaped.
  static const char name[] = " id='";
  char body[64], own[8];
  const char *id = memmem(stanza, length, name, sizeof name - 1);
  if (memmem(stanza, length, " type='error'", 13)) count_refusal("a message was refused", stanza, length);
  // The room's subject, which comes after one has entered.
  if (!id || id + sizeof name - 1 + 30 > stanza + length) return;
  id += sizeof name - 1;
  snprintf(own, sizeof own, "%06x", connection->index);
  if (!memcmp(id, own, 6)) {
    count_acknowledgement(connection);
    return;
  }
  int size = snprintf(body, sizeof body, "\"cid\":\"%.30s\"", id);
  count_delivery(connection, body, (size_t)size, 0);
}

static size_t take_xmpp(Connection *connection, const char *bytes, size_t length) {
  static const char opens[] = "<message", closes[] = "</message>";
  size_t taken = 0;
  for (;;) {
    const char *end = memmem(bytes + taken, length - taken, closes, sizeof closes - 1);
    if (!end) break;
    end += sizeof closes - 1;
    // Who enters is told before it, by stanzas of another kind.
    const char *stanza = memmem(bytes + taken, (size_t)(end - bytes) - taken, opens, sizeof opens - 1);
    if (stanza) on_room_message(connection, stanza, (size_t)(end - stanza));
    taken = (size_t)(end - bytes);
  }
  if (memmem(bytes + taken, length - taken, "<stream:error", 13))
    count_refusal("the server said", bytes + taken, length - taken);
  return taken;
}

static void greet_xmpp(Connection *connection) {
  static const char header[] =
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";
  char join[512];
  put_text(connection, header);
  await(connection, "</stream:features>");
  put_text(connection, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>");
  await(connection, "<success");
  connection->in.length = 0;
  put_text(connection, header);
  await(connection, "</stream:features>");
  put_text(connection, "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  await(connection, "</jid>");
  snprintf(join, sizeof join,
           "<presence to='%s@conference.localhost/n%d'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>",
           connection->conversation, connection->index);
  put_text(connection, join);
  await(connection, "<status code='110'/>");
  // Its answers are over; presences of who is there are of no interest.
  connection->in.length = 0;
}

static void send_xmpp(Connection *connection, const char *cid, const char *text) {
  char stanza[12288];
  snprintf(stanza, sizeof stanza, "<message type='groupchat' to='%s@conference.localhost' id='%s'><body>%s</body></message>",
           connection->conversation, cid, text);
  put_text(connection, stanza);
}

const Dialect xmpp = {.name = "xmpp", .greet = greet_xmpp, .send = send_xmpp, .take = take_xmpp};
