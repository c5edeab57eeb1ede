// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "boot_info.h"
#include "kvm.h"
#include "layout.h"
#include "say.h"
#include "start.h"

#define CR0_PE	 (1ull << 0)
#define CR0_ET	 (1ull << 4)
#define CR0_NE	 (1ull << 5)
#define CR0_PG	 (1ull << 31)
#define CR4_PAE	 (1ull << 5)
#define EFER_LME (1ull << 8)
#define EFER_LMA (1ull << 10)

#define RFLAGS_RESERVED_1 (1ull << 1)

#define TYPE_DATA	3  /* read, write, accessed */
#define TYPE_CODE	11 /* execute, read, accessed */
#define TYPE_BUSY_TSS32 11

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define GDT_CODE32    0x00cf9b000000ffffull
#define GDT_CODE64    0x00af9b000000ffffull
#define GDT_DATA      0x00cf93000000ffffull
#define GDT_ENTRIES   3

int start_place_gdt(struct memory *mem, enum start_mode mode)
{
	uint64_t gdt[GDT_ENTRIES] = {0, mode == START_LONG ? GDT_CODE64 : GDT_CODE32, GDT_DATA};
	void *to = memory_at(mem, LAYOUT_GDT, sizeof(gdt));

	if (mode == START_REAL)
		return 0;
	if (!to)
		return say_error("give the guest more with --memory", "no room for a GDT");
	memcpy(to, gdt, sizeof(gdt));
	return 0;
}

static struct kvm_segment flat_segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){
		.selector = selector,
		.limit = 0xffffffff,
		.type = type,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1,
	};
}

static void set_data_segments(struct kvm_sregs *s, struct kvm_segment data)
{
	s->ds = s->es = s->ss = s->fs = s->gs = data;
}

/* As a boot sector is entered: 0000:7c00, all segments at 0. */
static void start_real(struct kvm_sregs *s)
{
	s->cs.selector = 0;
	s->cs.base = 0;
	s->ds.selector = s->es.selector = s->ss.selector = 0;
	s->ds.base = s->es.base = s->ss.base = 0;
}

static void start_protected(struct kvm_sregs *s)
{
	s->cr0 = CR0_PE | CR0_ET | CR0_NE;
	s->cs = flat_segment(SELECTOR_CODE, TYPE_CODE);
	set_data_segments(s, flat_segment(SELECTOR_DATA, TYPE_DATA));
	s->tr.type = TYPE_BUSY_TSS32;
	s->gdt.base = LAYOUT_GDT;
	s->gdt.limit = GDT_ENTRIES * sizeof(uint64_t) - 1;
	s->idt.base = 0;
	s->idt.limit = 0;
}

static void start_long(struct kvm_sregs *s)
{
	start_protected(s);
	s->cs.db = 0;
	s->cs.l = 1;
	s->cr3 = LAYOUT_PAGE_TABLES;
	s->cr4 = CR4_PAE;
	s->cr0 |= CR0_PG;
	s->efer = EFER_LME | EFER_LMA;
}

static int start_sregs(int fd, enum start_mode mode)
{
	static void (*const start[])(struct kvm_sregs *) = {
		[START_REAL] = start_real,
		[START_PROTECTED] = start_protected,
		[START_LONG] = start_long,
	};
	struct kvm_sregs s;

	if (kvm_call(fd, KVM_GET_SREGS, &s, "KVM_GET_SREGS"))
		return -1;
	start[mode](&s);
	return kvm_call(fd, KVM_SET_SREGS, &s, "KVM_SET_SREGS");
}

int start_vcpu(int vcpu_fd, unsigned int cpu, unsigned int cpus, const struct image *image)
{
	struct kvm_regs r = {
		.rip = image->entry,
		.rflags = RFLAGS_RESERVED_1,
		.rsi = cpu,
		.rax = image->eax,
		.rbx = image->ebx,
	};

	if (image->mode == START_REAL) {
		r.rsp = LAYOUT_FLAT16;
		r.rdi = cpus;
	} else {
		r.rsp = LAYOUT_STACKS + (cpu + 1ull) * LAYOUT_STACK_SIZE;
	}
	if (image->mode == START_LONG)
		r.rdi = LAYOUT_BOOT_INFO + cpu * sizeof(struct boot_info);
	if (start_sregs(vcpu_fd, image->mode))
		return -1;
	return kvm_call(vcpu_fd, KVM_SET_REGS, &r, "KVM_SET_REGS");
}
