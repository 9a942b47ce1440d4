/*
 * tun - the TUN device between the kernel's routing and the datapath
 *
 * Opened with IFF_VNET_HDR, so that one read or write may carry a 64 kB packet
 * still to be segmented (virtio-net header in front), and IFF_MULTI_QUEUE, so
 * that another process can hold a second queue and keep the carrier up.
 *
 * Ownership  the caller owns the descriptors.
 * Threads    any; the functions keep nothing.
 * Errors     0 or a descriptor, else -errno.
 */
#ifndef IPSEC_TUN_H
#define IPSEC_TUN_H

#include <stdint.h>

/* Opens one queue of the device, creating it if need be; non-blocking, close-on-exec. */
int tun_open(const char *name);

/* Attaches (or detaches) this queue: a detached one only holds the device. */
int tun_attach(int fd, int attach);

/* Sets MTU and takes the interface up. */
int tun_up(const char *name, uint16_t mtu);

/* What the kernel takes on this queue. */
#define TUN_TSO 1u              /* TCP segments of both families */
#define TUN_USO 2u              /* UDP segments (Linux 6.2) */

/* Asks for the most offloads that the kernel knows; returns TUN_* flags or -errno. */
int tun_offload(int fd);

#endif
