/* Files of certificates and keys: any bytes are refused with words, or can be judged. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "yang/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("certificate", MFD_CLOEXEC);
	struct certificate c;
	struct gh_buf why = { 0 };
	char path[64];

	if (fd < 0 || fchmod(fd, 0600) || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (unsigned with_key = 0; with_key < 2; with_key++) {
		if (certificate_read(path, with_key ? path : "", &c, &why)) {
			if (!gh_buf_length(&why))
				abort();
			with_key = 2;   /* with a key it is no better */
		} else {
			if (!c.chain_count || !c.key.length != !with_key)
				abort();
			certificate_check(&c, CERTIFICATE_OURS, 1800000000, &why);
			certificate_check(&c, CERTIFICATE_AUTHORITY, 1800000000, &why);
			certificate_ends_soon(&c, 1800000000, &why);
			certificate_has_name(&c, "gw.example");
			certificate_fini(&c);
		}
		gh_buf_fini(&why);
	}
	close(fd);
	return 0;
}
