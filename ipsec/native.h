/*
 * native - ESP as an IP protocol of its own (RFC 4303 2: number 50)
 *
 * Where there is no NAT between the peers, ESP needs no UDP around it. The
 * kernel knows no batches for that: a packet is a message, some thirty times
 * the cost of one in a run of UDP. So it is for peers that want it.
 *
 * Every such socket of the host gets every ESP packet; what is not ours has
 * an SPI that we do not know.
 *
 * Threads    one worker.
 * Units      bytes.
 */
#ifndef IPSEC_NATIVE_H
#define IPSEC_NATIVE_H

#include "ipsec/udp.h"

/* As udp_send, for sockets of port_open_esp; ports are of no account. */
unsigned native_send(const int fd[2], const struct udp_run runs[], unsigned count);

/*
 * What udp_receive and udp_read took from such a socket begins with the IPv4
 * header: cuts it off. False: it is not whole.
 */
bool native_strip(struct udp_datagram *d);

#endif
