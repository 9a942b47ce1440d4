/* fuzz_ike_frame - messages on ike.sock; what decodes must encode to the same header. */
#include <stdlib.h>
#include <string.h>

#include "base/ike_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t head[GH_IKE_FRAME_HEAD];
	struct gh_ike_frame f;

	if (gh_ike_frame_decode(data, size, &f) < 0)
		return 0;
	gh_ike_frame_head(&f, head);
	if (memcmp(head, data, sizeof(head)) || f.bytes + f.length != data + size)
		abort();
	return 0;
}
