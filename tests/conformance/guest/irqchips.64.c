// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts as they come from the chips: the 8254 through the 8259s and through the I/O APIC, the
 * local APIC's timer, IPIs, priorities, and what wakes a halted CPU.  Runs with --irqchip.
 *
 * SDM: "Advanced Programmable Interrupt Controller (APIC)"; data sheets 8259A, 82093AA and 8254.
 */
#include "rt64.h"

#define PIC1	 0x20
#define PIC2	 0xa0
#define PIC_EOI	 0x20
#define PIC_BASE 0x20 /* vectors 0x20..0x2f */
#define IR_TIMER 0
#define IR_SLAVE 2

#define PIT_HZ	    1193182
#define PIT_COUNT   10000 /* 8.4 ms */
#define PIT_CONTROL 0x43
#define PORT_61	    0x61

#define IO_APIC	       0xfec00000ull
#define LOCAL_APIC     0xfee00000ull
#define IO_APIC_TIMER  2
#define IO_APIC_SERIAL 4
#define SERIAL_IER     (SERIAL_PORT + 1)
#define SERIAL_MCR     (SERIAL_PORT + 4)
#define SERIAL_OUT2    8 /* connects its interrupt */
#define SERIAL_THRE    2 /* the transmitter is empty */
#define PIN_MASKED     (1u << 16)
#define PIN_LEVEL      (1u << 15)
#define PIN_REMOTE_IRR (1u << 14)

#define APIC_ID	      0x20
#define APIC_TPR      0x80
#define APIC_PPR      0xa0
#define APIC_EOI      0xb0
#define APIC_SPURIOUS 0xf0
#define APIC_ISR      0x100
#define APIC_TMR      0x180
#define APIC_IRR      0x200
#define APIC_ICR_LOW  0x300
#define APIC_ICR_HIGH 0x310
#define APIC_TIMER    0x320
#define APIC_LINT0    0x350
#define APIC_INITIAL  0x380
#define APIC_CURRENT  0x390
#define APIC_DIVIDE   0x3e0

#define DELIVERY_NMI	 (4u << 8)
#define DELIVERY_INIT	 (5u << 8)
#define DELIVERY_STARTUP (6u << 8)
#define DELIVERY_EXTINT	 (7u << 8)
#define TO_SELF		 (1u << 18)
#define TO_ALL		 (2u << 18)
#define TO_OTHERS	 (3u << 18)
#define ASSERT		 (1u << 14)
#define MASKED		 (1u << 16)
#define PERIODIC	 (1u << 17)
#define TSC_DEADLINE	 (2u << 17)

#define MSR_TSC_DEADLINE 0x6e0
#define APIC_BASE_X2APIC (1ull << 10)
#define X2APIC(reg)	 (0x800 + (reg) / 16)

#define VECTOR_LOW   0x41
#define VECTOR_HIGH  0x72
#define VECTOR_TIMER 0x53
#define VECTOR_PIN   0x64
#define VECTOR_LEVEL 0x68

#define PATIENCE 20000000 /* turns of a loop; far more than any event here takes */

static volatile u32 counts[256];
static volatile u8 order[8]; /* the vectors in the order of their handlers' starts */
static volatile u32 ordered;
static volatile u32 nmis;
static bool x2apic;

struct interrupt_frame;
#define HANDLER(name) static __attribute__((interrupt)) void name(struct interrupt_frame *f)

static u32 apic_read(u32 reg)
{
	return x2apic ? rdmsr(X2APIC(reg)) : *(volatile u32 *)(LOCAL_APIC + reg);
}

static void apic_write(u32 reg, u32 value)
{
	if (x2apic)
		wrmsr(X2APIC(reg), value);
	else
		*(volatile u32 *)(LOCAL_APIC + reg) = value;
}

/* Of the 256 bits that begin at @reg, whether that of @vector is 1. */
static bool apic_bit(u32 reg, u32 vector)
{
	return apic_read(reg + vector / 32 * 16) >> vector % 32 & 1;
}

static void seen(u32 vector)
{
	if (ordered < ARRAY_SIZE(order))
		order[ordered++] = vector;
	counts[vector]++;
}

static void pic_eoi(u32 ir)
{
	if (ir >= 8)
		outb(PIC2, PIC_EOI);
	outb(PIC1, PIC_EOI);
}

HANDLER(on_pic_timer)
{
	seen(PIC_BASE + IR_TIMER);
	pic_eoi(IR_TIMER);
}

HANDLER(on_low)
{
	seen(VECTOR_LOW);
	apic_write(APIC_EOI, 0);
}

/* Asks for one of a higher class and one of its own, lets in what may come, says when it is
 * through. */
HANDLER(on_low_open)
{
	seen(VECTOR_LOW);
	if (counts[VECTOR_LOW] == 1) {
		apic_write(APIC_ICR_LOW, TO_SELF | VECTOR_HIGH);
		apic_write(APIC_ICR_LOW, TO_SELF | VECTOR_LOW);
	}
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	seen(0);
	apic_write(APIC_EOI, 0);
}

HANDLER(on_high)
{
	seen(VECTOR_HIGH);
	apic_write(APIC_EOI, 0);
}

static volatile bool tmr_in_handler, remote_irr_in_handler;

HANDLER(on_timer)
{
	seen(VECTOR_TIMER);
	apic_write(APIC_EOI, 0);
}

static u32 io_apic_read(u32 reg)
{
	*(volatile u32 *)IO_APIC = reg;
	return *(volatile u32 *)(IO_APIC + 0x10);
}

static void io_apic_write(u32 reg, u32 value)
{
	*(volatile u32 *)IO_APIC = reg;
	*(volatile u32 *)(IO_APIC + 0x10) = value;
}

static void pin_set(u32 pin, u32 low)
{
	io_apic_write(0x10 + 2 * pin, PIN_MASKED);
	io_apic_write(0x11 + 2 * pin, apic_read(APIC_ID) & 0xff000000);
	io_apic_write(0x10 + 2 * pin, low);
}

HANDLER(on_pin)
{
	seen(VECTOR_PIN);
	tmr_in_handler = apic_bit(APIC_TMR, VECTOR_PIN);
	apic_write(APIC_EOI, 0);
}

HANDLER(on_level)
{
	seen(VECTOR_LEVEL);
	tmr_in_handler = apic_bit(APIC_TMR, VECTOR_LEVEL);
	remote_irr_in_handler = !!(io_apic_read(0x10 + 2 * IO_APIC_SERIAL) & PIN_REMOTE_IRR);
	if (counts[VECTOR_LEVEL] == 3)
		outb(SERIAL_IER, 0);
	apic_write(APIC_EOI, 0);
}

static void on_nmi(struct frame *frame)
{
	nmis++;
}

static void pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static void interrupts_on_for_a_moment(void)
{
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
}

/* Waits with interrupts on until @vector came @count times; gives whether it did. */
static bool wait_for(u32 vector, u32 count)
{
	u32 turns;

	__asm__ volatile("sti");
	for (turns = 0; turns < PATIENCE && counts[vector] < count; turns++)
		pause();
	__asm__ volatile("cli");
	return counts[vector] >= count;
}

static void forget(void)
{
	u32 v;

	for (v = 0; v < 256; v++)
		counts[v] = 0;
	ordered = 0;
}

static void pic_init(u8 mask1, u8 mask2)
{
	static const u16 ports[] = {PIC1, PIC2};
	u32 i;

	for (i = 0; i < 2; i++) {
		outb(ports[i], 0x11); /* ICW1: edge, cascade, ICW4 follows */
		outb(ports[i] + 1, PIC_BASE + 8 * i);
		outb(ports[i] + 1, i ? IR_SLAVE : 1 << IR_SLAVE);
		outb(ports[i] + 1, 0x01); /* 8086 mode */
	}
	outb(PIC1 + 1, mask1);
	outb(PIC2 + 1, mask2);
}

static void pit_periodic(u32 count)
{
	outb(PIT_CONTROL, 0x34); /* counter 0, low then high byte, mode 2 */
	outb(0x40, count);
	outb(0x40, count >> 8);
}

/* Counter 0 in mode 0 counts once and keeps its output high. */
static void pit_once(u32 count)
{
	outb(PIT_CONTROL, 0x30);
	outb(0x40, count);
	outb(0x40, count >> 8);
}

static void check_pic(void)
{
	u64 began;

	pic_init(~(1 << IR_TIMER), 0xff);
	apic_write(APIC_LINT0, DELIVERY_EXTINT);
	pit_periodic(PIT_COUNT);
	began = rdtsc();
	CHECK(wait_for(PIC_BASE + IR_TIMER, 3), "the 8254's ticks come through the 8259 as ExtINT");
	CHECK(rdtsc() > began, "and time went on");

	/* Without the handler's EOI the next tick waits in the IRR. */
	outb(PIC1 + 1, 0xff);
	interrupts_on_for_a_moment();
	forget();
	pit_once(2000);
	while (!(outb(PIT_CONTROL, 0xe2), inb(0x40) & 0x80))
		pause();
	outb(PIC1, 0x0a); /* OCW3: read the IRR */
	CHECK(inb(PIC1) & 1 << IR_TIMER, "a masked request stays in the 8259's IRR");
	interrupts_on_for_a_moment();
	CHECK_EQ(counts[PIC_BASE + IR_TIMER], 0, "and interrupts nobody");
	apic_write(APIC_LINT0, DELIVERY_EXTINT | MASKED);
	outb(PIC1 + 1, (u8) ~(1 << IR_TIMER));
	interrupts_on_for_a_moment();
	CHECK_EQ(counts[PIC_BASE + IR_TIMER], 0, "nor while LINT0 is masked");
	outb(PIC1 + 1, 0xff);
	apic_write(APIC_LINT0, DELIVERY_EXTINT);
	outb(PIC1 + 1, (u8) ~(1 << IR_TIMER));
	interrupts_on_for_a_moment();
	CHECK_EQ(counts[PIC_BASE + IR_TIMER], 1, "with both masks gone it does");
	outb(PIC1, 0x0b); /* OCW3: read the ISR */
	CHECK_EQ(inb(PIC1), 0, "and its EOI cleared the ISR");
	outb(PIC1 + 1, 0xff);
	apic_write(APIC_LINT0, DELIVERY_EXTINT | MASKED);
}

static void check_halt(void)
{
	forget();
	outb(PIC1 + 1, (u8) ~(1 << IR_TIMER));
	apic_write(APIC_LINT0, DELIVERY_EXTINT);
	pit_once(3000);
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	CHECK_EQ(counts[PIC_BASE + IR_TIMER], 1, "the 8254 wakes a halted CPU");
	outb(PIC1 + 1, 0xff);
	apic_write(APIC_LINT0, DELIVERY_EXTINT | MASKED);
	apic_write(APIC_DIVIDE, 0xb);
	apic_write(APIC_TIMER, VECTOR_TIMER);
	apic_write(APIC_INITIAL, 100000);
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	CHECK_EQ(counts[VECTOR_TIMER], 1, "and so does the APIC's timer");
}

static void check_io_apic(void)
{
	forget();
	CHECK_EQ(io_apic_read(1) >> 16 & 0xff, 23, "the I/O APIC has 24 pins");
	pit_once(2000);
	pin_set(0, VECTOR_PIN);
	pin_set(IO_APIC_TIMER, VECTOR_PIN);
	pit_periodic(PIT_COUNT);
	CHECK(wait_for(VECTOR_PIN, 3), "the 8254's ticks come through the I/O APIC");
	CHECK_EQ(tmr_in_handler, 0, "as edges: the bit in the TMR is 0");
	pin_set(0, PIN_MASKED);
	pin_set(IO_APIC_TIMER, PIN_MASKED);
	interrupts_on_for_a_moment();
	forget();
	pit_once(PIT_COUNT);
	interrupts_on_for_a_moment();
	CHECK_EQ(counts[VECTOR_PIN], 0, "a masked pin interrupts nobody");
}

/* The serial port asks as long as its transmitter is empty and nobody has read that. */
static void check_level(void)
{
	forget();
	pin_set(IO_APIC_SERIAL, VECTOR_LEVEL | PIN_LEVEL);
	outb(SERIAL_MCR, SERIAL_OUT2);
	outb(SERIAL_IER, SERIAL_THRE);
	CHECK(wait_for(VECTOR_LEVEL, 3), "a level that stays asks again after each EOI");
	CHECK(tmr_in_handler, "its bit in the TMR is 1");
	CHECK(remote_irr_in_handler, "and its pin's remote IRR, until the EOI");
	interrupts_on_for_a_moment();
	CHECK_EQ(counts[VECTOR_LEVEL], 3, "when the line falls it asks no more");
	CHECK(!(io_apic_read(0x10 + 2 * IO_APIC_SERIAL) & PIN_REMOTE_IRR),
	      "the remote IRR is 0 again");
	pin_set(IO_APIC_SERIAL, PIN_MASKED);
}

static void check_priorities(void)
{
	forget();
	gate_set(VECTOR_LOW, (void (*)(void))on_low_open, GATE_INTERRUPT, 0);
	apic_write(APIC_TPR, 0xf0);
	apic_write(APIC_ICR_LOW, TO_SELF | VECTOR_LOW);
	interrupts_on_for_a_moment();
	CHECK_EQ(ordered, 0, "the TPR keeps an interrupt back");
	CHECK(apic_bit(APIC_IRR, VECTOR_LOW), "which waits in the IRR");
	CHECK_EQ(apic_read(APIC_PPR), 0xf0, "the PPR is the TPR");
	apic_write(APIC_TPR, 0);
	interrupts_on_for_a_moment();
	/* The handler sent itself both; the one of its own class had to wait for its EOI. */
	CHECK_EQ(order[0], VECTOR_LOW, "it comes when the TPR falls");
	CHECK_EQ(order[1], VECTOR_HIGH, "a higher class interrupts its handler");
	CHECK_EQ(order[2], 0, "its own does not");
	CHECK(apic_bit(APIC_IRR, VECTOR_LOW) || counts[VECTOR_LOW] > 1, "and is kept");
	gate_set(VECTOR_LOW, (void (*)(void))on_low, GATE_INTERRUPT, 0);
	CHECK(wait_for(VECTOR_LOW, 2), "until the EOI");
	write_cr8(5);
	CHECK_EQ(apic_read(APIC_TPR), 0x50, "CR8 is the TPR's class");
	apic_write(APIC_TPR, 0x30);
	CHECK_EQ(read_cr8(), 3, "and the other way round");
	write_cr8(0);
	CHECK(!apic_bit(APIC_ISR, VECTOR_LOW) && !apic_bit(APIC_ISR, VECTOR_HIGH),
	      "nothing is left in service");
}

static void check_timer(void)
{
	u32 first, second;

	forget();
	apic_write(APIC_DIVIDE, 0xb); /* by 1 */
	apic_write(APIC_TIMER, VECTOR_TIMER);
	apic_write(APIC_INITIAL, 200000);
	first = apic_read(APIC_CURRENT);
	pause();
	second = apic_read(APIC_CURRENT);
	CHECK(first <= 200000 && second <= first, "the timer counts down");
	CHECK(wait_for(VECTOR_TIMER, 1), "one-shot: it comes");
	CHECK_EQ(apic_read(APIC_CURRENT), 0, "and stays at zero");
	apic_write(APIC_TIMER, VECTOR_TIMER | PERIODIC);
	apic_write(APIC_INITIAL, 1000000);
	CHECK(wait_for(VECTOR_TIMER, 4), "periodic: it comes again and again");
	apic_write(APIC_TIMER, VECTOR_TIMER | PERIODIC | MASKED);
	apic_write(APIC_INITIAL, 0);
	CHECK_EQ(apic_read(APIC_CURRENT), 0, "an initial count of zero stops it");
	interrupts_on_for_a_moment();
	forget();
}

/* gives: the deadline. */
static u64 deadline_in(u64 ticks)
{
	u64 when = rdtsc() + ticks;

	wrmsr(MSR_TSC_DEADLINE, when);
	return when;
}

static void check_deadline(void)
{
	u64 when;

	forget();
	if (!(cpuid(1).ecx >> 24 & 1)) {
		skip("TSC deadline", "CPUID has it not");
		return;
	}
	apic_write(APIC_TIMER, VECTOR_TIMER | TSC_DEADLINE);
	when = deadline_in(100000);
	CHECK_EQ(rdmsr(MSR_TSC_DEADLINE), when, "TSC deadline: it can be read while it waits");
	CHECK(wait_for(VECTOR_TIMER, 1), "it comes");
	CHECK(rdtsc() >= when, "not before its time");
	CHECK_EQ(rdmsr(MSR_TSC_DEADLINE), 0, "and disarms itself");
	wrmsr(MSR_TSC_DEADLINE, 1);
	CHECK(wait_for(VECTOR_TIMER, 2), "a deadline that has passed comes at once");
	when = deadline_in(100000);
	__asm__ volatile("sti" : : : "memory");
	while (counts[VECTOR_TIMER] < 3 && rdtsc() < when + 100000000)
		cpuid(0);
	__asm__ volatile("cli" : : : "memory");
	CHECK_EQ(counts[VECTOR_TIMER], 3, "it comes to a guest that exits all the time");
	when = deadline_in(100000);
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	CHECK(rdtsc() >= when && counts[VECTOR_TIMER] == 4, "it ends HLT, not before its time");
	when = deadline_in(100000);
	wrmsr(MSR_TSC_DEADLINE, 0);
	__asm__ volatile("sti" : : : "memory");
	while (rdtsc() < when + 100000)
		pause();
	__asm__ volatile("cli" : : : "memory");
	CHECK_EQ(counts[VECTOR_TIMER], 4, "a 0 takes it back");
	deadline_in(100000);
	apic_write(APIC_TIMER, MASKED);
	apic_write(APIC_TIMER, VECTOR_TIMER | TSC_DEADLINE);
	CHECK_EQ(rdmsr(MSR_TSC_DEADLINE), 0, "another mode of the timer does, too");
	apic_write(APIC_TIMER, MASKED);
}

static void check_counter2(void)
{
	u32 turns = 0;

	outb(PORT_61, (inb(PORT_61) & ~3) | 0);
	outb(PIT_CONTROL, 0xb0); /* counter 2, mode 0 */
	outb(0x42, 0x00);
	outb(0x42, 0x10);
	CHECK_EQ(inb(PORT_61) & 0x20, 0, "counter 2's output is low before it counts");
	outb(PORT_61, (inb(PORT_61) & ~3) | 1);
	while (!(inb(PORT_61) & 0x20) && ++turns < PATIENCE)
		pause();
	CHECK(inb(PORT_61) & 0x20, "with its gate up it counts, and port 61h shows its end");
}

static void check_nmi(void)
{
	apic_write(APIC_ICR_LOW, TO_ALL | DELIVERY_NMI | ASSERT);
	CHECK(nmis || (pause(), cpuid(0), nmis), "an IPI can be an NMI");
}

static void apics_check(void)
{
	check_priorities();
	check_timer();
	check_deadline();
	check_nmi();
}

/* The CPUs after the first: they halt, and answer what comes. */
static volatile u32 others, answers;

HANDLER(on_question)
{
	__asm__ volatile("lock incl %0" : "+m"(answers));
	apic_write(APIC_EOI, 0);
}

#define VECTOR_QUESTION 0x91

void guest_ap_main(u32 cpu)
{
	apic_write(APIC_SPURIOUS, 0x1ff);
	__asm__ volatile("lock incl %0" : "+m"(others));
	for (;;)
		__asm__ volatile("sti; hlt" : : : "memory");
}

static void ipi_to(u32 cpu, u32 command)
{
	apic_write(APIC_ICR_HIGH, cpu << 24);
	apic_write(APIC_ICR_LOW, command);
}

static void cpu_start(u32 cpu)
{
	u32 page = cpu_prepare_start(cpu), before = others, turns;

	ipi_to(cpu, DELIVERY_INIT | ASSERT);
	ipi_to(cpu, DELIVERY_STARTUP | ASSERT | page);
	for (turns = 0; others == before && turns < PATIENCE; turns++)
		pause();
}

static void check_ipis(void)
{
	u32 want = boot_info->cpus - 1, cpu, round, turns;
	bool good = true;

	for (cpu = 1; cpu <= want; cpu++)
		cpu_start(cpu);
	CHECK_EQ(others, want, "INIT and SIPI start the other CPUs");
	for (round = 1; round <= 50 && good; round++) {
		apic_write(APIC_ICR_LOW, TO_OTHERS | ASSERT | VECTOR_QUESTION);
		for (turns = 0; answers < round * want && turns < PATIENCE; turns++)
			pause();
		good = answers == round * want;
	}
	CHECK(good, "each of 50 broadcasts wakes each of them once");
}

void guest_main(void)
{
	static const struct {
		u8 vector;
		void (*handler)(struct interrupt_frame *);
	} gates[] = {
		{PIC_BASE + IR_TIMER, on_pic_timer},
		{VECTOR_LOW, on_low},
		{VECTOR_HIGH, on_high},
		{VECTOR_TIMER, on_timer},
		{VECTOR_PIN, on_pin},
		{VECTOR_LEVEL, on_level},
		{VECTOR_QUESTION, on_question},
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gates); i++)
		gate_set(gates[i].vector, (void (*)(void))gates[i].handler, GATE_INTERRUPT, 0);
	exception_set(2, on_nmi);
	apic_write(APIC_SPURIOUS, 0x1ff);
	check_pic();
	check_halt();
	check_io_apic();
	check_level();
	check_counter2();
	apics_check();
	check_ipis();
	if (cpuid(1).ecx >> 21 & 1) {
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2APIC);
		x2apic = true;
		print("# x2APIC mode\n");
		apics_check();
	}
}
