// SPDX-License-Identifier: GPL-2.0
/* The VMM's UART, register for register: it has to satisfy drivers that probe for a 16550A. */
#include "rt64.h"

enum {
	DATA,
	IER,
	IIR,
	LCR,
	MCR,
	LSR,
	MSR,
	SCR,
};

#define FCR IIR

#define LCR_8N1	 0x03
#define LCR_DLAB 0x80
#define MCR_LOOP 0x10

static void out(unsigned int reg, u8 value)
{
	outb(SERIAL_PORT + reg, value);
}

static u8 in(unsigned int reg)
{
	return inb(SERIAL_PORT + reg);
}

static void check_kept(void)
{
	u8 divisor[2];

	out(SCR, 0xa5);
	CHECK_EQ(in(SCR), 0xa5, "SCR keeps a byte");
	out(LCR, LCR_DLAB | LCR_8N1);
	out(DATA, 0x34);
	out(IER, 0x12);
	divisor[0] = in(DATA);
	divisor[1] = in(IER);
	out(LCR, LCR_8N1);
	CHECK(divisor[0] == 0x34 && divisor[1] == 0x12, "DLAB shows the divisor latch");
	CHECK_EQ(in(LCR), LCR_8N1, "LCR reads back");
	out(IER, 0xff);
	CHECK_EQ(in(IER), 0x0f, "IER has four bits");
	out(IER, 0);
	out(MCR, 0x0f);
	CHECK_EQ(in(MCR), 0x0f, "MCR reads back");
	CHECK_EQ(in(LSR)&0x60, 0x60, "LSR says that the transmitter is empty");
	CHECK_EQ(in(MSR)&0xf0, 0xb0, "MSR says DCD, DSR, CTS");
}

static void check_identification(void)
{
	u8 first, second;

	out(FCR, 0);
	CHECK_EQ(in(IIR), 0x01, "IIR without FIFOs, nothing pending");
	out(FCR, 0x01);
	CHECK_EQ(in(IIR), 0xc1, "IIR says that the FIFOs are on");
	out(IER, 2);
	first = in(IIR); /* before anything is printed, which raises it again */
	second = in(IIR);
	out(IER, 0);
	CHECK_EQ(first, 0xc2, "enabling the transmitter's interrupt raises it");
	CHECK_EQ(second, 0xc1, "reading IIR takes it back");
}

static void check_loopback(void)
{
	u8 got[3], msr, early, late, over;
	unsigned int i;
	bool good = true;

	out(MCR, MCR_LOOP | 0x0a);
	msr = in(MSR);
	out(DATA, 'x');
	early = in(LSR);
	got[0] = in(DATA);
	late = in(LSR);
	for (i = 0; i < 17; i++)
		out(DATA, i);
	over = in(LSR);
	got[1] = in(LSR);
	for (i = 0; i < 16; i++)
		good = good && in(DATA) == i;
	got[2] = in(LSR);
	out(MCR, 0x0b);
	CHECK_EQ(msr & 0xf0, 0x90, "loopback wires RTS to CTS and OUT2 to DCD");
	CHECK(early & 1 && got[0] == 'x' && !(late & 1), "and a byte sent is one received");
	CHECK(over & 2 && !(got[1] & 2), "the 17th byte is an overrun, told once");
	CHECK(good && !(got[2] & 1), "the FIFO gives 16 bytes in their order");
}

static void check_no_fifo(void)
{
	u8 over, got;

	out(FCR, 0);
	out(MCR, MCR_LOOP);
	out(DATA, 1);
	out(DATA, 2);
	over = in(LSR);
	got = in(DATA);
	out(MCR, 0x0b);
	CHECK(over & 2 && got == 2, "without FIFOs the second byte overwrites the first");
}

void guest_main(void)
{
	CHECK_EQ(in(LSR)&1, 0, "nothing was received");
	check_kept();
	check_identification();
	check_loopback();
	check_no_fifo();
}
