/*
 * netconf_host - what the NETCONF server asks of the gateway
 *
 * State is read in slices when the loop has nothing else to do; operations go
 * the way of vtysh's.
 *
 * Ownership  the gateway's; after netconf_host_close nobody is answered.
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_NETCONF_HOST_H
#define GATEHOUSED_NETCONF_HOST_H

struct gateway;
struct netconf_host_state;

/* Starts the server on the keeper's socket. NULL: memory. */
struct netconf_host_state *netconf_host_new(struct gateway *g);
/* Ends all sessions; before the store goes. */
void netconf_host_close(struct netconf_host_state *h);
/* After the store has gone, and with it every job. */
void netconf_host_free(struct netconf_host_state *h);
/* A notification of the model, as RFC 7951 has it; h may be NULL. */
void netconf_host_event(struct netconf_host_state *h, const char *json);

#endif
