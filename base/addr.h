/*
 * addr - IP addresses, prefixes and transport endpoints of either family
 *
 * One representation for every part, so that no part converts between
 * another program's types: the guests (bgpd, charon) translate at their edge.
 *
 * Ownership  plain values; nothing is allocated.
 * Threads    pure functions.
 * Units      bytes in network order; lengths in bits.
 * Errors     parsers return 0 or -EINVAL and leave the output untouched.
 */
#ifndef GH_ADDR_H
#define GH_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* family is AF_INET, AF_INET6, or 0 for "none"; unused bytes are zero. */
struct gh_addr {
	uint8_t family;
	uint8_t b[16];
};

/* The bits of addr past length are zero (see gh_prefix_mask). */
struct gh_prefix {
	struct gh_addr addr;
	uint8_t length;
};

struct gh_endpoint {
	struct gh_addr addr;
	uint16_t port;          /* host order */
};

#define GH_ADDR_TEXT 46         /* longest text of an address, with its NUL */
#define GH_PREFIX_TEXT 50
#define GH_ENDPOINT_TEXT 56

/* 32, 128, or 0 for no family. */
unsigned gh_family_bits(uint8_t family);

int gh_addr_parse(const char *text, struct gh_addr *out);
/* Writes "none" for an address without family; returns text. */
const char *gh_addr_print(const struct gh_addr *a, char text[GH_ADDR_TEXT]);
/* A total order: family first, then bytes. */
int gh_addr_cmp(const struct gh_addr *a, const struct gh_addr *b);
bool gh_addr_is_set(const struct gh_addr *a);

/* Accepts "A.B.C.D/M" and "X::Y/M"; refuses host bits that are set. */
int gh_prefix_parse(const char *text, struct gh_prefix *out);
const char *gh_prefix_print(const struct gh_prefix *p, char text[GH_PREFIX_TEXT]);
int gh_prefix_cmp(const struct gh_prefix *a, const struct gh_prefix *b);
/* Clears the bits past the length. */
void gh_prefix_mask(struct gh_prefix *p);
/* The host prefix (/32 or /128) of an address. */
struct gh_prefix gh_prefix_host(const struct gh_addr *a);
/* Is inner equal to or inside outer? */
bool gh_prefix_contains(const struct gh_prefix *outer, const struct gh_prefix *inner);
bool gh_prefix_holds(const struct gh_prefix *p, const struct gh_addr *a);

/* Returns the length of the socket address written, 0 for no family. */
socklen_t gh_endpoint_to_sockaddr(const struct gh_endpoint *e, struct sockaddr_storage *ss);
int gh_endpoint_from_sockaddr(const struct sockaddr *sa, struct gh_endpoint *out);
const char *gh_endpoint_print(const struct gh_endpoint *e, char text[GH_ENDPOINT_TEXT]);

#endif
