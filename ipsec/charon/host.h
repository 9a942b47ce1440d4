/*
 * host - which strongSwan has loaded us
 *
 * strongSwan promises no stable interface between releases: a plugin built
 * for another one would call through shifted tables of methods. It exports no
 * version either, but each of its daemons holds it as a string constant.
 *
 * Threads    any.
 * Errors     false: the program holds no version that we recognise.
 */
#ifndef GH_CHARON_HOST_H
#define GH_CHARON_HOST_H

#include <stdbool.h>
#include <stddef.h>

#define GH_HOST_VERSION_TEXT 16

/* Finds the version ("5.9.8") among the string constants of the running program. */
bool gh_host_version(char out[GH_HOST_VERSION_TEXT]);

/* The first whole string in these bytes that looks like a release. */
bool gh_host_find_version(const char *bytes, size_t length, char out[GH_HOST_VERSION_TEXT]);

#endif
