// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "boot_info.h"
#include "kvm.h"
#include "guest_layout.h"
#include "words/say.h"
#include "start.h"

#define CR0_PE	 (1ull << 0)
#define CR0_ET	 (1ull << 4)
#define CR0_NE	 (1ull << 5)
#define CR0_PG	 (1ull << 31)
#define CR4_PAE	 (1ull << 5)
#define EFER_LME (1ull << 8)
#define EFER_LMA (1ull << 10)

#define RFLAGS_RESERVED_1 (1ull << 1)

#define LVT_LINT0      0x350
#define LVT_LINT1      0x360
#define DELIVER_NMI    (4u << 8)
#define DELIVER_EXTINT (7u << 8)

#define MSR_MTRR_DEF_TYPE 0x2ff
#define MTRR_ENABLE	  (1u << 11)
#define MTRR_WRITE_BACK	  6

#define TYPE_DATA	3  /* read, write, accessed */
#define TYPE_CODE	11 /* execute, read, accessed */
#define TYPE_BUSY_TSS32 11

/* The selectors that Linux's boot protocol wants (__BOOT_CS, __BOOT_DS). */
#define SELECTOR_CODE 0x10
#define SELECTOR_DATA 0x18
#define GDT_CODE32    0x00cf9b000000ffffull
#define GDT_CODE64    0x00af9b000000ffffull
#define GDT_DATA      0x00cf93000000ffffull
#define GDT_ENTRIES   4

/* Page-table entry bits; SDM volume 3, "4-Level Paging and 5-Level Paging". */
#define PAGE_SIZE    4096ull
#define GIB	     (1ull << 30)
#define PTE_PRESENT  (1ull << 0)
#define PTE_WRITABLE (1ull << 1)
#define PTE_LARGE    (1ull << 7)

static int start_place_gdt(struct memory *mem, enum start_mode mode)
{
	uint64_t gdt[GDT_ENTRIES] = {0, 0, mode == START_LONG ? GDT_CODE64 : GDT_CODE32, GDT_DATA};
	void *to = memory_at(mem, LAYOUT_GDT, sizeof(gdt));

	if (!to)
		return say_error("give the guest more with --memory", "no room for a GDT");
	memcpy(to, gdt, sizeof(gdt));
	return 0;
}

/* Maps all RAM and the hole below 4 GiB one to one, with 2 MiB pages: supervisor, writable. */
static int start_place_page_tables(struct memory *mem)
{
	uint64_t top = MEMORY_HOLE_END + mem->above_hole;
	uint64_t gibs = (top + GIB - 1) / GIB;
	uint64_t *pml4 = memory_at(mem, LAYOUT_PAGE_TABLES, (2 + gibs) * PAGE_SIZE);
	uint64_t *pointers, *directory, i;

	if (!pml4)
		return say_error("give the guest at least 2M with --memory",
				 "no room for page tables");
	pointers = pml4 + 512;
	directory = pointers + 512;
	memset(pml4, 0, (2 + gibs) * PAGE_SIZE);
	pml4[0] = (LAYOUT_PAGE_TABLES + PAGE_SIZE) | PTE_PRESENT | PTE_WRITABLE;
	for (i = 0; i < gibs; i++)
		pointers[i] =
			(LAYOUT_PAGE_TABLES + (2 + i) * PAGE_SIZE) | PTE_PRESENT | PTE_WRITABLE;
	for (i = 0; i < gibs * 512; i++)
		directory[i] = (i << 21) | PTE_PRESENT | PTE_WRITABLE | PTE_LARGE;
	return 0;
}

int start_place_tables(struct memory *mem, enum start_mode mode)
{
	if (mode == START_REAL)
		return 0;
	if (start_place_gdt(mem, mode))
		return -1;
	return mode == START_LONG ? start_place_page_tables(mem) : 0;
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

static struct kvm_regs start_regs(unsigned int cpu, unsigned int cpus, const struct image *image)
{
	struct kvm_regs r = {
		.rip = image->entry,
		.rflags = RFLAGS_RESERVED_1,
		.rsi = image->os ? image->rsi : cpu,
		.rax = image->eax,
		.rbx = image->ebx,
		.rsp = LAYOUT_FLAT16,
	};

	if (image->mode == START_REAL)
		r.rdi = cpus;
	else
		r.rsp = LAYOUT_STACKS + (cpu + 1ull) * LAYOUT_STACK_SIZE;
	if (image->mode == START_LONG && !image->os)
		r.rdi = LAYOUT_BOOT_INFO + cpu * sizeof(struct boot_info);
	return r;
}

int start_vcpu(int vcpu_fd, unsigned int cpu, unsigned int cpus, const struct image *image)
{
	struct kvm_regs r = start_regs(cpu, cpus, image);

	if (start_sregs(vcpu_fd, image->mode))
		return -1;
	return kvm_call(vcpu_fd, KVM_SET_REGS, &r, "KVM_SET_REGS");
}

/* Returns how many of  were taken. */
static int set_msr(int fd, uint32_t index, uint64_t value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {.head.nmsrs = 1, .entry = {.index = index, .data = value}};
	int done = kvm_call(fd, KVM_SET_MSRS, &msrs, "KVM_SET_MSRS");

	if (done == 1)
		return 0;
	return done < 0 ? -1
			: say_error("the hypervisor lacks what an operating system needs",
				    "MSR %#x cannot be set to %#llx", index,
				    (unsigned long long)value);
}

/* SDM volume 3, "Local Vector Table". */
static void lapic_set_lvt(struct kvm_lapic_state *lapic, unsigned int offset, uint32_t lvt)
{
	memcpy(lapic->regs + offset, &lvt, sizeof(lvt));
}

int start_as_firmware(int vcpu_fd)
{
	struct kvm_lapic_state lapic;

	if (kvm_call(vcpu_fd, KVM_GET_LAPIC, &lapic, "KVM_GET_LAPIC"))
		return -1;
	lapic_set_lvt(&lapic, LVT_LINT0, DELIVER_EXTINT);
	lapic_set_lvt(&lapic, LVT_LINT1, DELIVER_NMI);
	if (kvm_call(vcpu_fd, KVM_SET_LAPIC, &lapic, "KVM_SET_LAPIC"))
		return -1;
	return set_msr(vcpu_fd, MSR_MTRR_DEF_TYPE, MTRR_ENABLE | MTRR_WRITE_BACK);
}
