/*
 * ledger_file - the ledger's rounds, and its file STATE_DIR/meter
 *
 * Each second the counters of every connection are noted; each minute, when a
 * connection comes or goes, and at the end of the daemon, the ledger is
 * written beside its file and put in its place, by the clerk, as a disk may be
 * slow. A crash loses at most a minute of hours, and of octets what SAs carried
 * that ended within that minute.
 *
 * Ownership  the file object owns the ledger.
 * Threads    the control thread; the clerk writes a text that is its own.
 * Errors     a file that cannot be read is kept as meter.refused; one that
 *            cannot be written is told once, and tried again.
 */
#ifndef GATEHOUSED_LEDGER_FILE_H
#define GATEHOUSED_LEDGER_FILE_H

struct gateway;
struct ledger;
struct ledger_file;

/* Reads STATE_DIR/meter. */
struct ledger_file *ledger_file_open(const char *state_dir);
/* When the clerk has ended: counts and writes a last time. NULL is taken. */
void ledger_file_close(struct ledger_file *f, struct gateway *g);
const struct ledger *ledger_file_ledger(const struct ledger_file *f);

/* Each second. */
void ledger_file_tick(struct ledger_file *f, struct gateway *g);

#endif
