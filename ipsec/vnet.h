/*
 * vnet - the virtio-net header in front of TUN packets (VIRTIO 1.1 5.1.6)
 *
 * The kernel's header, and the names that Linux 6.2 added for UDP.
 */
#ifndef IPSEC_VNET_H
#define IPSEC_VNET_H

#include <linux/virtio_net.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#endif
