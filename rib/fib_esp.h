/*
 * fib_esp - the ESP datapath as a sink of the arbiter
 *
 * It holds every entry whose group has an ESP leg. A group's legs there are
 * its first tier of ESP legs that is up. Entries without an ESP leg are left
 * out, so that a packet that falls to the TUN still finds a shorter prefix
 * that a VPN offers; where there is none, the datapath answers unreachable.
 *
 * Ownership  borrows struct ipsec.
 * Threads    control thread.
 */
#ifndef RIB_FIB_ESP_H
#define RIB_FIB_ESP_H

#include "rib/fib.h"

struct ipsec;

int fib_esp_new(struct ipsec *ipsec, struct fib **out);
void fib_esp_free(struct fib *f);

#endif
