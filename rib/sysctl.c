#include "rib/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 128

static int sysctl_open(const char *path, int flags)
{
	char full[PATH_BYTES];
	int fd;

	if ((size_t)snprintf(full, sizeof(full), "/proc/sys/%s", path) >= sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysctl_read(const char *path, char *value, size_t size)
{
	int fd = sysctl_open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, value, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	while (n && value[n - 1] == '\n')
		n--;
	value[n] = 0;
	return 0;
}

int sysctl_write(const char *path, const char *value)
{
	char present[64];
	int fd, error;

	if (!sysctl_read(path, present, sizeof(present)) && !strcmp(present, value))
		return 0;
	fd = sysctl_open(path, O_WRONLY);
	if (fd < 0)
		return fd;
	error = write(fd, value, strlen(value)) < 0 ? -errno : 0;
	close(fd);
	return error;
}

static int path_fill(const char *format, const char *interface, char path[PATH_BYTES])
{
	const char *hole = strstr(format, "%s");

	if (!hole || snprintf(path, PATH_BYTES, "%.*s%s%s", (int)(hole - format), format,
			      interface, hole + 2) >= PATH_BYTES)
		return -EINVAL;
	return 0;
}

int sysctl_interface_read(const char *format, const char *interface, char *value, size_t size)
{
	char path[PATH_BYTES];
	int error = path_fill(format, interface, path);

	return error ? error : sysctl_read(path, value, size);
}

int sysctl_interface(const char *format, const char *interface, const char *value)
{
	char path[PATH_BYTES];
	int error = path_fill(format, interface, path);

	return error ? error : sysctl_write(path, value);
}
