/*
 * fuzz_fact - bodies of facts as a guest could send them
 *
 * The first two bytes are the type. What decodes must encode, and decode again
 * to the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint16_t type_of(const uint8_t *data)
{
	return (uint16_t)(data[0] << 8 | data[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gh_fact fact, again;
	struct gh_buf first = { 0 }, second = { 0 };

	if (size < 2 || gh_fact_decode(type_of(data), data + 2, size - 2, &fact) < 0)
		return 0;
	gh_fact_encode(&fact, &first);
	if (gh_fact_decode((uint16_t)fact.type, gh_buf_begin(&first) + GH_FACT_HEADER,
			   gh_buf_length(&first) - GH_FACT_HEADER, &again) < 0)
		abort();
	gh_fact_encode(&again, &second);
	if (gh_buf_length(&first) != gh_buf_length(&second) ||
	    memcmp(gh_buf_begin(&first), gh_buf_begin(&second), gh_buf_length(&first)))
		abort();
	gh_buf_fini(&first);
	gh_buf_fini(&second);
	return 0;
}
