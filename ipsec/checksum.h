/*
 * checksum - the Internet checksum (RFC 1071), and its update (RFC 1624)
 *
 * A sum is kept unfolded in memory order, so that parts add up; it becomes the
 * wire's 16 bits in checksum_fold.
 *
 * Threads    pure functions.
 * Units      bytes; every part but the last of a sum has an even length.
 */
#ifndef IPSEC_CHECKSUM_H
#define IPSEC_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Adds bytes to a sum; a sum starts at 0. */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t length);

/* The sum of the pseudo header: addresses of 4 or 16 bytes, protocol, length. */
uint64_t checksum_pseudo(const uint8_t *source, const uint8_t *target, size_t address_bytes,
			 uint8_t protocol, uint32_t length);

/* Folds without complementing: in memory order, ready to be stored by memcpy. */
uint16_t checksum_fold(uint64_t sum);

/* Stores the complement of the folded sum. */
void checksum_store(uint8_t *field, uint64_t sum);

/* Corrects a stored checksum after a 16-bit word (memory order) changed. */
void checksum_replace(uint8_t *field, uint16_t was, uint16_t is);

#endif
