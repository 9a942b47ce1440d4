/*
 * try - trials of gatehoused's, judged by what this bgpd has
 *
 * See trial.h for the judgement. What is stated during a trial is kept from
 * the real speaker and neighbors.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_TRY_H
#define GH_TRY_H

#include <stdbool.h>

#include "base/fact.h"

/* Was the fact a trial's? Then it has been served, at TRY_END with a VERDICT. */
bool gh_try_take(const struct gh_fact *fact);
/* The link is gone, and a trial under way with it. */
void gh_try_stop(void);

#endif
