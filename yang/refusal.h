/*
 * refusal - what libyang refuses, as a finding
 *
 * libyang stops at the first error of a validation and tells it in words; here
 * it gets the error-tag, error-app-tag and path that RFC 7950, section 15 and
 * 8.3, wants.
 *
 * Threads    the clerk.
 */
#ifndef GH_YANG_REFUSAL_H
#define GH_YANG_REFUSAL_H

#include <libyang/libyang.h>

#include "yang/finding.h"

/* Takes the context's last error away and adds it; tree is what was validated. */
void refusal_take(const struct ly_ctx *context, const struct lyd_node *tree,
		  struct findings *findings);

#endif
