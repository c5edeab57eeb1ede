/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the command talks about failures: one line on stderr that says what was tried, what the
 * system answered and what to do about it.
 */
#ifndef WORDS_SAY_H
#define WORDS_SAY_H

/*
 * Prints "lintel: WHAT: HINT" and returns -1, so that a caller can pass the failure on in the
 * same statement.  @hint may be NULL.
 */
int say_error(const char *hint, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* As say_error(), with the text of errno between the two. */
int say_errno(const char *hint, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* Prints "lintel: TEXT" on stderr: a notice that is not a failure. */
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Prints "FILE:LINE:COLUMN: WORDS" on stderr, as compilers do: a place in a file that was read. */
void say_at(const char *file, unsigned int line, unsigned int column, const char *words);

#endif
