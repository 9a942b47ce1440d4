/*
 * scribe - the thread that writes the log's lines
 *
 * Writing a line waits for whoever reads it: a disk, journald, a terminal. With
 * a scribe, gh_log (log.h) only puts the line into a ring, which never waits.
 *
 *   order     lines are written in the order in which they were put, whatever
 *             thread they are of
 *   whole     never torn: what one write(2) carries is whole lines, and at most
 *             PIPE_BUF bytes, so that the keeper's lines fit in between
 *   bounded   1,024 places; when they are full a line is lost, and how many were
 *             is a line of its own at that place. The last 64 places are only
 *             for errors.
 *   the end   scribe_stop and exit() write all that was put. So does a crash
 *             (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL): the thread that crashes
 *             waits for it, a second at most, and then goes the way of before. SIGKILL
 *             takes what has not been written, the lines of the last instant.
 *
 * Ownership  one per process; the descriptor is borrowed until scribe_stop.
 * Threads    start and stop: the main thread. Lines: any.
 * Errors     -errno when there is no thread; lines are then written as before.
 */
#ifndef GH_SCRIBE_H
#define GH_SCRIBE_H

/* From now on lines go to fd, by the scribe. */
int scribe_start(int fd);
/* Writes what is left; later lines are written directly again. Nothing to do: fine. */
void scribe_stop(void);

#endif
