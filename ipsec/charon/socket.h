/*
 * socket - charon's socket_t over ike.sock
 *
 * gatehoused owns UDP 500 and 4500 and relays IKE (base/ike_frame.h): so ESP
 * and IKE share a port, and a restart of charon closes nothing. charon adds
 * and removes the non-ESP marker itself; the bytes pass through unchanged.
 *
 * Ownership  socket_t as strongSwan has it; charon destroys it.
 * Threads    receive: charon's receiver, one at a time. send: its sender.
 * Errors     while gatehoused is away receive connects again five times a
 *            second; send drops, as a network would.
 */
#ifndef GH_CHARON_SOCKET_H
#define GH_CHARON_SOCKET_H

#include <library.h>
#include <network/socket.h>

/* A socket_constructor_t. */
socket_t *gh_socket_create(void);

#endif
