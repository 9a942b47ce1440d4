/*
 * fuzz_framing - a NETCONF client's bytes, in both framings
 *
 * The first byte says the framing and the size of the pieces. However the
 * bytes are cut, the same messages must come out, with the same error at the
 * end; and what was taken must survive being framed again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/framing.h"

#define LIMIT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Appends each message, framed again in the other way of framing, to all. */
static int take(bool chunked, const uint8_t *data, size_t size, size_t step, struct gh_buf *all)
{
	struct gh_buf message = { 0 };
	struct framing in, out;
	int rc = 0;

	framing_init(&in, LIMIT);
	framing_init(&out, LIMIT);
	in.chunked = chunked;
	out.chunked = !chunked;
	for (size_t at = 0; at < size && rc >= 0;) {
		size_t n = size - at < step ? size - at : step, used = 0;

		rc = framing_take(&in, data + at, n, &used, &message);
		if (rc < 0)
			break;
		if (!used || used > n || gh_buf_length(&message) > LIMIT + 6)
			abort();
		at += used;
		if (rc) {
			framing_put(&out, gh_buf_begin(&message), gh_buf_length(&message), all);
			gh_buf_fini(&message);
		} else if (used != n) {
			abort();
		}
	}
	gh_buf_fini(&message);
	return rc < 0 ? rc : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gh_buf whole = { 0 }, pieces = { 0 };
	bool chunked;
	int rc;

	if (!size)
		return 0;
	chunked = data[0] & 1;
	rc = take(chunked, data + 1, size - 1, size, &whole);
	if (take(chunked, data + 1, size - 1, 1 + (data[0] >> 1), &pieces) != rc ||
	    gh_buf_length(&whole) != gh_buf_length(&pieces) ||
	    (gh_buf_length(&whole) && memcmp(gh_buf_begin(&whole), gh_buf_begin(&pieces), gh_buf_length(&whole))))
		abort();
	gh_buf_fini(&whole);
	gh_buf_fini(&pieces);
	return 0;
}
