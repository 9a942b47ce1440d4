/*
 * fuzz_vici - messages of charon
 *
 * What passes the check is read in every way there is, as a list of SAs and
 * as lines of the log.
 */
#include <string.h>

#include "ipsec/ike_log.h"
#include "ipsec/ike_listing.h"
#include "ipsec/ike_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_log(const struct vici_message *m)
{
	char line[1024] = "";
	enum ike_fault fault;
	const char *words;
	struct gh_addr addr;

	vici_get(m, "msg", line, sizeof(line));
	ike_log_fault(line, &fault, &words);
	ike_log_peer(line, &addr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[VICI_NAME_MAX + 1], text[64];
	struct vici_message m, section;
	struct ike_status s;
	size_t at = 0;
	uint32_t leg;

	if (!size || vici_message_check(data, size, &m) < 0)
		return 0;
	read_log(&m);
	while (vici_next_section(&m, &at, name, &section)) {
		memset(&s, 0, sizeof(s));
		ike_read_sa(&section, (struct gh_time){ 1u << 30 }, &s, &leg);
		vici_get_list(&section, "local-ts", text, sizeof(text));
		vici_get_number(&section, "uniqueid", 16, 0);
	}
	return 0;
}
