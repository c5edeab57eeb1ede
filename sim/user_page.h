/* SPDX-License-Identifier: GPL-2.0 */
/* Between user_memory.c, which has the pages of the process, and user_copy.c. */
#ifndef LINTEL_SIM_USER_PAGE_H
#define LINTEL_SIM_USER_PAGE_H

#include "types.h"

/* Brings the page that is accessed, and gives the process its own when it is written to.  False:
 * there is none, or it is read-only. */
bool user_page_touch(u64 hva, bool write);
/* Would that take a while? */
bool user_page_waits(u64 hva, bool write);

void user_copy_reset(void);

#endif
