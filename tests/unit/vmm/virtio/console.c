// SPDX-License-Identifier: GPL-2.0
/*
 * A console as its driver sees it; what the guest writes goes to stdout.
 */
#include <unistd.h>

#include "driver.h"
#include "test.h"
#include "vmm/device/virtio_console.h"

TEST(virtio_console_writes_what_the_guest_sends)
{
	char got[16] = "";
	int ends[2], out = dup(STDOUT_FILENO);

	driver_init();
	REQUIRE_EQ(virtio_console_add(&machine), 0);
	REQUIRE_TRUE(!pipe(ends) && dup2(ends[1], STDOUT_FILENO) >= 0);
	EXPECT_EQ(reg_read(0x08), 3);
	driver_start(2);
	memcpy(driver_ram(DATA), "Hello", 5);
	driver_desc(1)[0] = (struct descriptor){DATA, 2, NEXT, 1};
	driver_desc(1)[1] = (struct descriptor){DATA + 2, 3, 0, 0};
	driver_give(1, 0);
	EXPECT_TRUE(driver_wait(1, 1));
	dup2(out, STDOUT_FILENO);
	EXPECT_EQ(read(ends[0], got, sizeof(got) - 1), 5);
	EXPECT_STR_EQ(got, "Hello");
	driver_end();
}

TEST(virtio_console_delivers_what_is_typed)
{
	driver_init();
	REQUIRE_EQ(virtio_console_add(&machine), 0);
	driver_start(2);
	virtio_console_receive((const uint8_t *)"typed", 5); /* before there is a buffer */
	driver_desc(0)[0] = (struct descriptor){DATA, 3, WRITE, 0};
	driver_desc(0)[1] = (struct descriptor){DATA + 16, 64, WRITE, 0};
	driver_give(0, 0);
	driver_give(0, 1);
	REQUIRE_TRUE(driver_wait(0, 2));
	EXPECT_EQ(((volatile uint32_t *)driver_used(0))[2], 3);
	EXPECT_EQ(((volatile uint32_t *)driver_used(0))[4], 2);
	EXPECT_STR_EQ((char *)driver_ram(DATA), "typ");
	EXPECT_STR_EQ((char *)driver_ram(DATA + 16), "ed");
	driver_end();
}
