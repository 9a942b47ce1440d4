/*
 * hex - published vectors as bytes
 */
#ifndef UNIT_HEX_H
#define UNIT_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns how many bytes it wrote. */
static inline size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2;

	for (size_t k = 0; k < n; k++)
		if (sscanf(hex + 2 * k, "%2hhx", &out[k]) != 1)
			abort();
	return n;
}

#endif
