// SPDX-License-Identifier: GPL-2.0
/*
 * Garbage for the interrupt controllers, the timers and all ports, with interrupts disabled and
 * enabled.  Nothing is promised about what they answer; the processor has to be as it was, and once
 * they are set up again, interrupts come as they should.  Runs with --irqchip.  A number as command
 * line begins another sequence, in which most ports that belong to none of the chips are left out.
 *
 * What garbage brings about is limited: after every BATCH accesses all is put to rest.  Otherwise
 * two timers at their highest rate leave a slow machine no time for anything else.
 */
#include "rt64.h"
#include "xorshift.h"

#define IO_APIC	   0xfec00000ull
#define LOCAL_APIC 0xfee00000ull
#define MSR_X2APIC 0x800
#define X2APIC_END 0x900

/* Registers of the local APIC; in x2APIC mode the MSR MSR_X2APIC + offset / 16. */
#define APIC_ID	       0x20
#define APIC_TPR       0x80
#define APIC_EOI       0xb0
#define APIC_LDR       0xd0
#define APIC_DFR       0xe0
#define APIC_SVR       0xf0
#define APIC_ICR       0x300
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_ERROR 0x370
#define APIC_INITIAL   0x380
#define APIC_DIVIDE    0x3e0
#define REGISTER       0x10 /* bytes from one register to the next */

#define APIC_ENABLED   0x100 /* in APIC_SVR */
#define MASKED	       0x10000
#define PERIODIC       0x20000
#define EXTINT	       0x700
#define DIVIDE_BY_1    0xb
#define TIMER_VECTOR   0x40
#define PIN_VECTOR     0x51
#define TIMER_PIN      2 /* where the 8254 is on a PC's I/O APIC; KVM's own routing has it on 0 */
#define BASE_ENABLED   0x800ull /* in MSR_APIC_BASE */
#define BASE_X2APIC    0x400ull
#define IO_APIC_PINS   24
#define CPUID_1_X2APIC (1u << 21)

#define PIC_MASTER  0x20
#define PIC_SLAVE   0xa0
#define PIC_EDGE    0x4d0
#define PIT	    0x40
#define PIT_CONTROL 0x43
#define SPEAKER	    0x61
#define PIC_VECTOR  0x20
#define PIC_EOI	    0x20

#define BATCH	   16
#define ROUNDS	   16
#define ANYWHERE   256
#define MSR_ROUNDS 2
#define PATIENCE   20000

/*
 * INIT, SMI and SIPI are the guest's own way to stop itself: these take bits of the delivery mode
 * (bits 10:8) out of every byte of what is written, so that fixed and NMI are left.
 */
#define FIXED_OR_NMI 0xfcfcfcfcfcfcfcfcull

static u32 state;
static u32 accesses, refused, interrupted;
static volatile u32 ticks;
static u32 good_id, good_ldr, good_dfr;
static bool x2apic;

/* --- An access that may be cut short --- */

bool attempt(void (*access)(void), bool interrupts);
void attempt_ends(void), returns(void), tick(void);
u64 attempt_stack;

/*
 * bool attempt(access, interrupts): false if an exception or interrupt came and took it back here.
 * Whatever its vector, with an error code or without: what was pushed is forgotten, by an IRET, so
 * that NMIs come again.
 */
__asm__("attempt:\n"
	"	push	%rbx\n"
	"	push	%rbp\n"
	"	push	%r12\n"
	"	push	%r13\n"
	"	push	%r14\n"
	"	push	%r15\n"
	"	mov	%rsp, attempt_stack(%rip)\n"
	"	test	%sil, %sil\n"
	"	jz	1f\n"
	"	sti\n"
	"1:	call	*%rdi\n"
	"	nop\n"
	"	cli\n"
	"	mov	$1, %eax\n"
	"2:	cld\n"
	"	pop	%r15\n"
	"	pop	%r14\n"
	"	pop	%r13\n"
	"	pop	%r12\n"
	"	pop	%rbp\n"
	"	pop	%rbx\n"
	"	ret\n"
	"attempt_ends:\n"
	"	mov	attempt_stack(%rip), %rsp\n"
	"	mov	%rsp, %rdx\n"
	"	xor	%eax, %eax\n"
	"	push	$0x10\n" /* SEL_KERNEL_DATA */
	"	push	%rdx\n"
	"	push	$2\n"
	"	push	$0x08\n" /* SEL_KERNEL_CODE */
	"	lea	2b(%rip), %rdx\n"
	"	push	%rdx\n"
	"	iretq\n"
	"returns:\n"
	"	iretq\n"
	"tick:\n"
	"	lock incl ticks(%rip)\n"
	"	iretq\n");

static void gates_fill(u32 first, u32 last, void (*handler)(void))
{
	for (; first <= last; first++)
		gate_set(first, handler, GATE_INTERRUPT, 0);
}

/* --- Rest --- */

static void apic_write(u32 offset, u32 value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + offset / REGISTER, value);
	else
		*(volatile u32 *)(LOCAL_APIC + offset) = value;
}

static u32 apic_read(u32 offset)
{
	return *(volatile u32 *)(LOCAL_APIC + offset);
}

static void io_apic_write(u32 index, u32 value)
{
	*(volatile u32 *)IO_APIC = index;
	*(volatile u32 *)(IO_APIC + REGISTER) = value;
}

static void local_apic_rest(void)
{
	u32 offset, i;

	apic_write(APIC_SVR, APIC_ENABLED | 0xff);
	for (offset = APIC_LVT_TIMER; offset <= APIC_LVT_ERROR; offset += REGISTER)
		apic_write(offset, MASKED);
	apic_write(APIC_INITIAL, 0);
	apic_write(APIC_TPR, 0);
	for (i = 0; i < 16; i++)
		apic_write(APIC_EOI, 0);
	if (x2apic)
		return;
	apic_write(APIC_ID, good_id);
	apic_write(APIC_LDR, good_ldr);
	apic_write(APIC_DFR, good_dfr);
}

static void io_apic_rest(void)
{
	u32 pin;

	for (pin = 0; pin < IO_APIC_PINS; pin++) {
		io_apic_write(0x10 + 2 * pin, MASKED);
		io_apic_write(0x11 + 2 * pin, 0);
	}
}

/* Both 8259s as a PC has them, all masked; no counter of the 8254 goes on after its first end. */
static void chips_rest(void)
{
	static const u8 writes[][2] = {
		{PIC_MASTER, 0x11},
		{PIC_MASTER + 1, PIC_VECTOR},
		{PIC_MASTER + 1, 4},
		{PIC_MASTER + 1, 1},
		{PIC_MASTER + 1, 0xff},
		{PIC_SLAVE, 0x11},
		{PIC_SLAVE + 1, PIC_VECTOR + 8},
		{PIC_SLAVE + 1, 2},
		{PIC_SLAVE + 1, 1},
		{PIC_SLAVE + 1, 0xff},
		{PIT_CONTROL, 0x30},
		{PIT, 0xff},
		{PIT, 0xff},
		{PIT_CONTROL, 0x70},
		{PIT + 1, 0xff},
		{PIT + 1, 0xff},
		{PIT_CONTROL, 0xb0},
		{PIT + 2, 0xff},
		{PIT + 2, 0xff},
		{SPEAKER, 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(writes); i++)
		outb(writes[i][0], writes[i][1]);
	outb(PIC_EDGE, 0);
	outb(PIC_EDGE + 1, 0);
	/* What is in service stays so when an 8259 is initialized. */
	for (i = 0; i < 8; i++) {
		outb(PIC_MASTER, PIC_EOI);
		outb(PIC_SLAVE, PIC_EOI);
	}
}

static void all_rest(void)
{
	local_apic_rest();
	chips_rest();
	if (!x2apic)
		io_apic_rest();
}

/* Both timers tick, the 8254 by the 8259 or (with @io_apic) by the I/O APIC. */
static void timers_start(bool io_apic)
{
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, PERIODIC | TIMER_VECTOR);
	apic_write(APIC_INITIAL, 1000000);
	if (io_apic && !x2apic) {
		io_apic_write(0x10, PIN_VECTOR);
		io_apic_write(0x10 + 2 * TIMER_PIN, PIN_VECTOR);
	} else {
		apic_write(APIC_LVT_LINT0, EXTINT);
	}
	outb(PIC_MASTER + 1, 0xfe);
	outb(PIT_CONTROL, 0x34);
	outb(PIT, 0);
	outb(PIT, 0x10);
}

/* --- Garbage --- */

static u64 where, what;
static u32 size;

static u64 garbage(void)
{
	u64 high = xorshift(&state);

	return high << 32 | xorshift(&state);
}

static void port_write(void)
{
	if (size == 1)
		__asm__ volatile("outb %b0, %w1" : : "a"((u32)what), "d"((u16)where));
	else if (size == 2)
		__asm__ volatile("outw %w0, %w1" : : "a"((u32)what), "d"((u16)where));
	else
		__asm__ volatile("outl %k0, %w1" : : "a"((u32)what), "d"((u16)where));
}

static void port_read(void)
{
	u32 value;

	if (size == 1)
		__asm__ volatile("inb %w1, %b0" : "=a"(value) : "d"((u16)where));
	else if (size == 2)
		__asm__ volatile("inw %w1, %w0" : "=a"(value) : "d"((u16)where));
	else
		__asm__ volatile("inl %w1, %k0" : "=a"(value) : "d"((u16)where));
}

static void memory_write(void)
{
	if (size == 1)
		*(volatile u8 *)where = what;
	else if (size == 2)
		*(volatile u16 *)where = what;
	else if (size == 4)
		*(volatile u32 *)where = what;
	else
		*(volatile u64 *)where = what;
}

static void memory_read(void)
{
	if (size == 1)
		what = *(volatile u8 *)where;
	else if (size == 2)
		what = *(volatile u16 *)where;
	else if (size == 4)
		what = *(volatile u32 *)where;
	else
		what = *(volatile u64 *)where;
}

static void msr_write(void)
{
	wrmsr(where, what);
}

static void msr_read(void)
{
	what = rdmsr(where);
}

/* One access, a write or a read, with interrupts enabled or not, all by chance. */
static void access(void (*write)(void), void (*read)(void), u64 mask)
{
	u32 chance = xorshift(&state);
	bool interrupts = chance & 2;

	what = garbage() & mask;
	if (!attempt(chance & 1 ? write : read, interrupts))
		(*(interrupts ? &interrupted : &refused))++;
	accesses++;
}

/* What the last accesses brought about ends, and all is set up for the next. */
static void consequences_end(void)
{
	static u32 count;

	if (++count % BATCH)
		return;
	all_rest();
	timers_start(count / BATCH & 1);
}

/* What ends or resets the VM, or is the serial port. */
static bool port_reserved(void)
{
	static const u16 reserved[][2] = {
		{0x64, 0x64},
		{0x92, 0x92},
		{DEBUG_EXIT_PORT, DEBUG_EXIT_PORT},
		{SERIAL_PORT, SERIAL_SCRATCH},
		{0xcf8, 0xcff},
		{0x600, 0x602},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		if (where <= reserved[i][1] && where + size > reserved[i][0])
			return true;
	return false;
}

static void port_touch(u16 port, u32 bytes)
{
	where = port;
	size = bytes;
	if (!port_reserved())
		access(port_write, port_read, ~0ull);
	if (port < PIC_EDGE + 2)
		consequences_end();
}

static void chips_touch(void)
{
	static const u16 ports[] = {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1,
				    0x40, 0x41, 0x42, 0x43, 0x61};
	u32 i, round;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < ARRAY_SIZE(ports); i++)
			port_touch(ports[i], 1u << xorshift(&state) % 3);
}

/* All ports, or one of so many four. */
static void ports_touch(u32 one_of)
{
	u32 port;

	for (port = 0; port < 0x10000; port += 4)
		if (xorshift(&state) % one_of == 0)
			port_touch(port, 4);
}

static void memory_touch(u64 page, u32 offset, u32 bytes)
{
	where = page + offset;
	size = bytes;
	if (offset + bytes <= PAGE_SIZE)
		access(memory_write, memory_read, FIXED_OR_NMI);
	consequences_end();
}

/* Every register with every size, then any offset. */
static void registers_touch(u64 page)
{
	u32 offset, bytes, i;

	for (offset = 0; offset < PAGE_SIZE; offset += REGISTER)
		for (bytes = 1; bytes <= 8; bytes *= 2)
			memory_touch(page, offset, bytes);
	for (i = 0; i < ANYWHERE; i++) {
		bytes = 1u << (xorshift(&state) & 3);
		memory_touch(page, xorshift(&state) % PAGE_SIZE, bytes);
	}
}

static void msrs_touch(void)
{
	u32 msr, round;

	for (round = 0; round < MSR_ROUNDS; round++)
		for (msr = MSR_X2APIC; msr < X2APIC_END; msr++) {
			where = msr;
			access(msr_write, msr_read, FIXED_OR_NMI & 0xffffffff);
			consequences_end();
		}
}

/* --- What works afterwards --- */

/* What garbage left pending comes, one after the other, and does nothing. */
static void pending_end(void)
{
	u32 i;

	all_rest();
	gates_fill(0x10, 0xff, returns);
	for (i = 0; i < 256; i++) {
		__asm__ volatile("sti; nop; nop; cli" : : : "memory");
		apic_write(APIC_EOI, 0);
	}
}

/*
 * Interrupts are enabled at each exit: the lab's emulator does not interrupt a guest that was
 * entered with IF = 0.
 */
static bool ticks_come(u32 vector, bool io_apic)
{
	u32 before = ticks, i;

	gate_set(vector, tick, GATE_INTERRUPT, 0);
	timers_start(io_apic);
	for (i = 0; ticks == before && i < PATIENCE; i++) {
		__asm__ volatile("sti" : : : "memory");
		cpuid(0);
		__asm__ volatile("cli" : : : "memory");
	}
	pending_end();
	return ticks != before;
}

static void timers_tick(void)
{
	pending_end();
	CHECK(ticks_come(TIMER_VECTOR, false), "the local APIC's timer interrupts");
	CHECK(ticks_come(PIC_VECTOR, false), "the 8254 interrupts by the 8259 and LINT0");
	if (!x2apic)
		CHECK(ticks_come(PIN_VECTOR, true), "the 8254 interrupts by the I/O APIC");
}

static void x2apic_enter(void)
{
	if (!(cpuid(1).ecx & CPUID_1_X2APIC)) {
		skip("garbage for the MSRs of x2APIC mode", "there is none");
		return;
	}
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | BASE_ENABLED | BASE_X2APIC);
	x2apic = true;
	msrs_touch();
	all_rest();
	CHECK(refused > 100, "MSRs that are none of the APIC's are refused");
	timers_tick();
}

/* The command line is the image's path and then, maybe, a number. */
static u32 seed(void)
{
	const char *text, *last = NULL;
	u32 number = 0;

	for (text = (const char *)boot_info->command_line; *text; text++)
		if (*text == ' ')
			last = text + 1;
	for (; last && *last >= '0' && *last <= '9'; last++)
		number = number * 10 + *last - '0';
	return number;
}

void guest_main(void)
{
	u64 product, kept = 0x123456789abcdef0;
	u32 ebx = cpuid(0).ebx, number = seed();

	state = 0x2545f491 + number;
	good_id = apic_read(APIC_ID);
	good_ldr = apic_read(APIC_LDR);
	good_dfr = apic_read(APIC_DFR);
	gates_fill(0, 0xff, attempt_ends);
	gates_fill(2, 2, returns);
	all_rest();
	chips_touch();
	registers_touch(LOCAL_APIC);
	registers_touch(IO_APIC);
	chips_touch();
	ports_touch(number ? 64 : 1);
	all_rest();
	print("\n");
	CHECK(accesses > 3000, "thousands of accesses were made");
	CHECK_EQ(refused, 0, "none raised an exception");
	CHECK(interrupted > 20, "interrupts came");
	print("# ");
	print_dec(interrupted);
	print(" interrupts\n");
	timers_tick();
	gates_fill(0x10, 0xff, attempt_ends);
	x2apic_enter();
	CHECK_EQ(cpuid(0).ebx, ebx, "CPUID answers as before");
	__asm__ volatile("mov %1, %0; imul $3, %0" : "=&r"(product) : "r"(kept));
	CHECK_EQ(product, 0x369d0369d0369cd0, "arithmetic works");
	CHECK_EQ(read_flags() & FLAG_IF, 0, "interrupts are still disabled");
}
