/*
 * sysctl - kernel parameters below /proc/sys
 *
 * CAP_NET_ADMIN is enough for those of the network, in its own namespace.
 *
 * Threads    pure functions over files.
 * Errors     0 or -errno; -ENOENT: no such parameter, or interface.
 */
#ifndef RIB_SYSCTL_H
#define RIB_SYSCTL_H

#include <stddef.h>

/* path as in "net/ipv4/ip_forward"; the value without its newline. */
int sysctl_read(const char *path, char *value, size_t size);
/* Writes only what differs. */
int sysctl_write(const char *path, const char *value);

/* The same with the name of an interface put in at %s: "net/ipv4/conf/%s/rp_filter". */
int sysctl_interface_read(const char *format, const char *interface, char *value, size_t size);
int sysctl_interface(const char *format, const char *interface, const char *value);

#endif
