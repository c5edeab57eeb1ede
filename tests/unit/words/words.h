/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tool says on stderr, for tests of its refusals.
 */
#ifndef LINTEL_TESTS_UNIT_WORDS_H
#define LINTEL_TESTS_UNIT_WORDS_H

/* From here to words_end() nothing is printed; the words that were said, until the next call. */
void words_begin(void);
const char *words_end(void);

#endif
