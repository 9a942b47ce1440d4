/*
 * Which strongSwan has loaded us: see host.h.
 *
 * Rejected: asking `charon --version` (a fork out of a daemon that may be
 * confined), and the symbols of one release (most releases add none).
 */
#include "ipsec/charon/host.h"

#include <ctype.h>
#include <link.h>
#include <string.h>

static size_t number(const char *p)
{
	size_t n = 0;

	while (isdigit((unsigned char)p[n]))
		n++;
	return n;
}

/* "5.9.8", "6.0.0beta3", "5.9.14rc1": three numbers, then letters and digits. */
static bool is_version(const char *p)
{
	for (unsigned i = 0; i < 3; i++) {
		size_t n = number(p);

		if (!n)
			return false;
		p += n;
		if (i < 2 && *p++ != '.')
			return false;
	}
	while (isalnum((unsigned char)*p))
		p++;
	return !*p;
}

bool gh_host_find_version(const char *bytes, size_t length, char out[GH_HOST_VERSION_TEXT])
{
	const char *p = bytes, *end = bytes + length, *next;

	for (; p < end; p = next + 1) {
		next = memchr(p, '\0', (size_t)(end - p));
		if (!next)
			return false;
		if (next - p < GH_HOST_VERSION_TEXT && is_version(p)) {
			memcpy(out, p, (size_t)(next - p) + 1);
			return true;
		}
	}
	return false;
}

/* dl_iterate_phdr begins with the program itself; 1 ends the walk. */
static int search_program(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type != PT_LOAD || (h->p_flags & (PF_R | PF_W | PF_X)) != PF_R)
			continue;
		if (gh_host_find_version((const char *)info->dlpi_addr + h->p_vaddr,
					 h->p_memsz, data))
			return 1;
	}
	*(char *)data = '\0';
	return 1;
}

bool gh_host_version(char out[GH_HOST_VERSION_TEXT])
{
	out[0] = '\0';
	dl_iterate_phdr(search_program, out);
	return out[0] != '\0';
}
