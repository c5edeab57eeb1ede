/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 64-bit guests have on top of rt.h: segments, an IDT whose handler lets a program see the
 * exceptions it asked for, page tables, and ring 3.
 */
#ifndef GUEST_RT64_H
#define GUEST_RT64_H

#include "../../../../vmm/boot_info.h"
#include "rt.h"
#include "x86.h"

/* What the VMM said; set before guest_main(). */
extern const struct boot_info *boot_info;

/* The entry of every CPU but the first.  A program without one leaves them halted. */
void guest_ap_main(u32 cpu);

/*
 * With an interrupt controller the CPUs after the first wait for INIT and SIPI.  Makes  begin at
 * guest_ap_main() when it gets them, and gives the vector for its startup IPI.  For one CPU at a
 * time: the next one may be prepared once this one is in guest_ap_main().
 */
u32 cpu_prepare_start(u32 cpu);

/* GDT; the order of the user segments is what SYSRET wants. */
#define SEL_KERNEL_CODE	  0x08
#define SEL_KERNEL_DATA	  0x10
#define SEL_USER_CODE32	  0x18
#define SEL_USER_DATA	  0x20
#define SEL_USER_CODE	  0x28
#define SEL_TSS		  0x30
#define SEL_LDT		  0x40
#define SEL_SPARE	  0x50 /* not present until a program fills it */
#define SEL_KERNEL_CODE32 0x58
#define SEL_RPL3	  3

struct table_register {
	u16 limit;
	u64 base;
} __attribute__((packed));

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

#define GATE_INTERRUPT 0x8e /* present, DPL 0 */
#define GATE_USER      0xee /* present, DPL 3 */

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, io_map;
} __attribute__((packed));

extern u64 gdt[];
extern struct gate idt[256];
extern struct tss tss;

void gate_set(unsigned int vector, void (*handler)(void), u8 type, u8 ist);

/* What the exception stubs save, in the order of the stack. */
struct frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8;
	u64 rbp, rdi, rsi, rdx, rcx, rbx, rax;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

/* The last exception that a TRY() or a handler of the program saw. */
struct fault {
	int vector; /* NO_FAULT if there was none */
	u32 count;
	u64 error, cr2, rip, cs, rflags;
};

#define NO_FAULT (-1)
extern volatile struct fault fault;

/* A program's own handler for one vector; it may change the frame.  NULL takes it away. */
typedef void (*exception_handler)(struct frame *frame);
void exception_set(unsigned int vector, exception_handler handler);

/*
 * TRY(CODE, ...): executes one instruction and gives the vector of the exception that it raised,
 * or NO_FAULT.  What follows CODE are the outputs, inputs and clobbers of an asm statement.
 */
#define TRY_ENTRY "\n2:\n.pushsection .fixups, \"a\"\n.quad 1b, 2b\n.popsection\n"
#define TRY(code, ...)                                                                             \
	({                                                                                         \
		fault.vector = NO_FAULT;                                                           \
		__asm__ volatile("1: " code TRY_ENTRY __VA_ARGS__);                                \
		fault.vector;                                                                      \
	})

static inline int try_wrmsr(u32 msr, u64 value)
{
	return TRY("wrmsr", : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

static inline int try_rdmsr(u32 msr)
{
	return TRY("rdmsr", : : "c"(msr) : "eax", "edx", "memory");
}

/* Entries of page tables. */
#define PTE_P	 (1ull << 0)
#define PTE_W	 (1ull << 1)
#define PTE_U	 (1ull << 2)
#define PTE_A	 (1ull << 5)
#define PTE_D	 (1ull << 6)
#define PTE_PS	 (1ull << 7)
#define PTE_G	 (1ull << 8)
#define PTE_NX	 (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull

/* Bits of a page fault's error code. */
#define PF_P	0x01
#define PF_W	0x02
#define PF_U	0x04
#define PF_RSVD 0x08
#define PF_I	0x10

/* A zeroed page from the end of the image on. */
void *page_alloc(void);

/*
 * The entry that maps the 4 KiB page of @address in the tables that CR3 names, after splitting a
 * 2 MiB page if need be.  All levels above allow everything, user mode too.
 */
u64 *page_entry(const void *address);

/*
 * Calls @code in ring 3 with RDI = @arg and IF = 0, until it executes INT 0x80 or raises an
 * exception that no handler takes; gives RAX and, in `fault`, the exception.  The program's image
 * and page_alloc() pages become user pages.
 */
u64 user_call(void (*code)(void), u64 arg);

/* Makes the pages that user_call() gave to ring 3 supervisor pages again. */
void user_revoke(void);

#endif
