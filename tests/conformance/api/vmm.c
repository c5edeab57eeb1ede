// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "vmm.h"

enum {
	MSR_IA32_TSC = 0x10,
	MSR_IA32_SYSENTER_CS = 0x174,
	MSR_IA32_SYSENTER_ESP,
	MSR_IA32_SYSENTER_EIP,
	MSR_IA32_MISC_ENABLE = 0x1a0,
	MSR_MTRR_DEF_TYPE = 0x2ff,
	MSR_STAR = 0xc0000081,
	MSR_LSTAR,
	MSR_CSTAR,
	MSR_SYSCALL_MASK,
	MSR_KERNEL_GS_BASE = 0xc0000102,
};

/* Documentation/virt/kvm/x86/msr.rst */
struct clock_page {
	u32 version, pad;
	u64 tsc, ns;
	u32 mul;
	int8_t shift;
	u8 flags, pad2[2];
};
#define CLOCK_STOPPED 2

/* Longer than it takes to save and restore. */
#define DELAY_SECONDS 10

/* The same text for both modes: the first argument is the width's prefix of a register's name. */
#define TELL   "mov $0x3f8, %dx\nout %eax, %dx\n"
#define WRMSR0 "xor %edx, %edx\nwrmsr\n"
#define EOI    "mov $0x80b, %ecx\nxor %eax, %eax\n" WRMSR0

/* A directory for what is from 3 GiB on, where the VMM's tables end before it. */
#define MAP_DEVICES                                                                                \
	"testl $1, 0xa018\njnz 2f\n"                                                               \
	"movl $0xc0000083, 0xf000\nmovl $0xfec00083, 0xffb0\nmovl $0xf003, 0xa018\n2:\n"

#define GUEST(width, wide, boot, map, iret)                                                        \
	GUEST_ASM(vmm_guest##width, ".code" #width,                                                \
		  "mov %" boot ", %eax\n"                                                          \
		  "mov $0x8ff0, %esp\n" TELL map "mov %cr4, %" wide                                \
		  "ax\nor $0x600, %eax\nmov %" wide "ax, %cr4\n"                                   \
		  "mov $0x01234568, %eax\n"                                                        \
		  "movd %eax, %xmm1\n"                                                             \
		  "mov %" wide "ax, %dr0\n"                                                        \
		  "mov $0xc0000102, %ecx\n" WRMSR0		      /* KERNEL_GS_BASE */         \
		  "mov $0x4b564d01, %ecx\nmov $0x4001, %eax\n" WRMSR0 /* kvmclock */               \
		  "mov $0x1b, %ecx\nrdmsr\nor $0xc00, %eax\nwrmsr\n"  /* x2APIC mode */            \
		  "mov $0x835, %ecx\nmov $0x10700, %eax\n" WRMSR0     /* none of the PIC's */      \
		  "mov $0x80f, %ecx\nmov $0x1ff, %eax\n" WRMSR0 "mov $0xfec00000, %ebx\n"          \
		  "movl $0x1b, (%" wide "bx)\nmovl $0, 0x10(%" wide "bx)\n"                        \
		  "movl $0x1a, (%" wide "bx)\nmovl $0x31, 0x10(%" wide "bx)\n"                     \
		  "lidt 0x5ff0\n"                                                                  \
		  "mov $0x832, %ecx\nmov $0x40032, %eax\n" WRMSR0 /* the timer has a deadline */   \
		  "rdtsc\nadd 0x5fe0, %eax\nadc 0x5fe4, %edx\nmov $0x6e0, %ecx\nwrmsr\n"           \
		  "mov $0xc0001050, %ebx\nmovl $0, (%" wide "bx)\n"                                \
		  "xor %ebp, %ebp\n"                                                               \
		  "mov $0x600d, %eax\n" TELL "sti\n"                                               \
		  "1: hlt\njmp 1b\n"                                                               \
		  ".global vmm_device" #width "\nvmm_device" #width ":\n"                          \
		  "inc %ebp\nmov %ebp, %eax\n" TELL "movd %xmm1, %eax\n" TELL "mov %dr0, %" wide   \
		  "ax\n" TELL "mov $0xc0000102, %ecx\nrdmsr\n" TELL EOI iret "\n"                  \
		  ".global vmm_timer" #width "\nvmm_timer" #width ":\n"                            \
		  "mov $0x32, %eax\n" TELL EOI iret "\n")

GUEST(32, "e", "ebx", "", "iretl");
GUEST(64, "r", "esi", MAP_DEVICES, "iretq");

int vmm_open(enum vmm_program program)
{
	int kvm = kvm_open();

	CHECK_EQ(CHECK_OK(ioctl(kvm, KVM_GET_API_VERSION, 0)), 12);
	vmm_need_capabilities(kvm, program);
	return kvm;
}

void vmm_memory(struct vmm *vmm, const u8 *copy)
{
	vmm->ram = host_memory(VMM_RAM);
	if (copy)
		memcpy(vmm->ram, copy, VMM_RAM);
	CHECK_OK(vm_set_slot(vmm->fd, 0, 0, 0, VMM_RAM, vmm->ram));
}

void vmm_vcpu(struct vmm *vmm)
{
	vmm->cpu = vcpu_create(vmm->fd, 0);
}

void vmm_destroy(struct vmm *vmm)
{
	vcpu_destroy(&vmm->cpu);
	CHECK_OK(close(vmm->irq));
	CHECK_OK(close(vmm->notify));
	CHECK_OK(close(vmm->fd));
	CHECK_OK(munmap(vmm->ram, VMM_RAM));
}

u32 vmm_msr_list(int kvm, u32 list[VMM_MSR_LIMIT])
{
	struct {
		struct kvm_msr_list head;
		u32 index[VMM_MSR_LIMIT];
	} all = {.head.nmsrs = 0};

	CHECK_ERR(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &all), E2BIG);
	CHECK(all.head.nmsrs > 0 && all.head.nmsrs < VMM_MSR_LIMIT);
	CHECK_OK(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &all));
	memcpy(list, all.index, all.head.nmsrs * sizeof(list[0]));
	return all.head.nmsrs;
}

void vmm_add_msr(struct vmm_msrs *msrs, u32 index, u64 value)
{
	CHECK(msrs->head.nmsrs < VMM_MSR_LIMIT - 1);
	msrs->entries[msrs->head.nmsrs++] = (struct kvm_msr_entry){.index = index, .data = value};
}

void vmm_boot_msrs(struct vmm_msrs *msrs, bool mtrr)
{
	static const u32 zero[] = {
		MSR_IA32_SYSENTER_CS,
		MSR_IA32_SYSENTER_ESP,
		MSR_IA32_SYSENTER_EIP,
		MSR_STAR,
		MSR_CSTAR,
		MSR_KERNEL_GS_BASE,
		MSR_SYSCALL_MASK,
		MSR_LSTAR,
		MSR_IA32_TSC,
	};

	for (u32 i = 0; i < ARRAY_SIZE(zero); i++)
		vmm_add_msr(msrs, zero[i], 0);
	vmm_add_msr(msrs, MSR_IA32_MISC_ENABLE, 1); /* fast strings */
	if (mtrr)
		vmm_add_msr(msrs, MSR_MTRR_DEF_TYPE, 0x806); /* enabled, write-back */
}

static void all_msrs(const struct vmm *vmm, unsigned long request, const char *name,
		     struct vmm_msrs *msrs)
{
	u32 done = CHECK_OK(ioctl(vmm->cpu.fd, request, msrs));

	if (done < msrs->head.nmsrs)
		test_fail(__FILE__, __LINE__, "%s did not take MSR %#x (%#llx), the %u. of %u",
			  name, msrs->entries[done].index,
			  (unsigned long long)msrs->entries[done].data, done + 1, msrs->head.nmsrs);
}

void vmm_set_msrs(const struct vmm *vmm, struct vmm_msrs *msrs)
{
	all_msrs(vmm, KVM_SET_MSRS, "KVM_SET_MSRS", msrs);
}

void vmm_get_msrs(const struct vmm *vmm, struct vmm_msrs *msrs)
{
	all_msrs(vmm, KVM_GET_MSRS, "KVM_GET_MSRS", msrs);
}

void vmm_set_lint(const struct vmm *vmm)
{
	static const struct {
		u32 offset, mode;
	} pins[] = {{0x350, 7}, {0x360, 4}};
	struct kvm_lapic_state lapic;

	VMM_CALL(vmm->cpu.fd, KVM_GET_LAPIC, lapic);
	for (u32 i = 0; i < ARRAY_SIZE(pins); i++) {
		u32 lvt;

		memcpy(&lvt, lapic.regs + pins[i].offset, sizeof(lvt));
		lvt = (lvt & ~0x700u) | pins[i].mode << 8;
		memcpy(lapic.regs + pins[i].offset, &lvt, sizeof(lvt));
	}
	VMM_CALL(vmm->cpu.fd, KVM_SET_LAPIC, lapic);
}

void vmm_patch_cpuid(struct kvm_cpuid2 *cpuid)
{
	struct kvm_cpuid_entry2 *leaf1 = cpuid_find(cpuid, 1, 0);

	CHECK(leaf1);
	leaf1->ebx = (leaf1->ebx & 0xff) | 8 << 8 | 1 << 16;
	leaf1->ecx |= 1u << 24 | 1u << 31;
}

static struct kvm_segment segment(u64 descriptor, u32 index)
{
	struct kvm_segment s = {
		.base = (descriptor >> 16 & 0xffffff) | (descriptor >> 56) << 24,
		.limit = (descriptor & 0xffff) | (descriptor >> 32 & 0xf0000),
		.selector = 8 * index,
		.type = descriptor >> 40 & 15,
		.s = descriptor >> 44 & 1,
		.dpl = descriptor >> 45 & 3,
		.present = descriptor >> 47 & 1,
		.avl = descriptor >> 52 & 1,
		.l = descriptor >> 53 & 1,
		.db = descriptor >> 54 & 1,
		.g = descriptor >> 55 & 1,
	};

	if (s.g)
		s.limit = s.limit << 12 | 0xfff;
	s.unusable = !s.present;
	return s;
}

void vmm_segments(struct vmm *vmm, struct kvm_sregs *sregs, u64 gdt, const u64 *table, u32 count,
		  u32 code)
{
	u64 idt = gdt + 8 * count;

	memcpy(vmm->ram + gdt, table, 8 * count);
	sregs->gdt = (struct kvm_dtable){.base = gdt, .limit = 8 * count - 1};
	sregs->idt = (struct kvm_dtable){.base = idt, .limit = 7};
	sregs->cs = segment(table[code], code);
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss =
		segment(table[code + 1], code + 1);
	sregs->tr = segment(table[code + 2], code + 2);
}

static void write_u64(struct vmm *vmm, u64 gpa, u64 value)
{
	memcpy(vmm->ram + gpa, &value, sizeof(value));
}

void vmm_page_tables(struct vmm *vmm, struct kvm_sregs *sregs, u64 pml4, u32 gigabytes)
{
	u64 pdpt = pml4 + PAGE, directory = pdpt + PAGE;

	write_u64(vmm, pml4, pdpt | 3);
	for (u64 i = 0; i < gigabytes; i++)
		write_u64(vmm, pdpt + 8 * i, (directory + PAGE * i) | 3);
	for (u64 i = 0; i < 512 * gigabytes; i++)
		write_u64(vmm, directory + 8 * i, i << 21 | 0x83);
	sregs->cr3 = pml4;
	sregs->cr4 |= 1 << 5;	/* PAE */
	sregs->cr0 |= 1u << 31; /* PG */
	sregs->efer |= 5u << 8; /* LME, LMA */
}

void vmm_irqfd(struct vmm *vmm, u32 gsi, int resample)
{
	struct kvm_irqfd irqfd = {.gsi = gsi};

	vmm->irq = CHECK_OK(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	irqfd.fd = vmm->irq;
	if (resample >= 0) {
		irqfd.flags = KVM_IRQFD_FLAG_RESAMPLE;
		irqfd.resamplefd = resample;
	}
	VMM_CALL(vmm->fd, KVM_IRQFD, irqfd);
}

void vmm_ioeventfd(struct vmm *vmm, u32 length)
{
	struct kvm_ioeventfd event = {.addr = VMM_NOTIFY, .len = length};

	vmm->notify = CHECK_OK(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	event.fd = vmm->notify;
	if (length)
		event.flags = KVM_IOEVENTFD_FLAG_DATAMATCH;
	VMM_CALL(vmm->fd, KVM_IOEVENTFD, event);
}

void vmm_signal(int event)
{
	u64 one = 1;

	CHECK_EQ(write(event, &one, sizeof(one)), sizeof(one));
}

u64 vmm_events(int event)
{
	u64 count = 0;

	if (read(event, &count, sizeof(count)) < 0)
		CHECK_EQ(errno, EAGAIN);
	return count;
}

void vmm_load(struct vmm *vmm, const u8 *code, const u8 *end)
{
	memcpy(vmm->ram + VMM_KERNEL, code, end - code);
}

static void gate(struct vmm *vmm, u32 vector, u64 handler, u16 selector, bool wide)
{
	u64 low = (handler & 0xffff) | (u64)selector << 16 | 0x8e00ULL << 32 |
		  (handler & 0xffff0000) << 32;

	write_u64(vmm, VMM_IDT + (wide ? 16 : 8) * vector, low);
}

void vmm_gates(struct vmm *vmm, const u8 *code, const u8 *device, const u8 *timer, u16 selector,
	       bool wide)
{
	u64 delay = DELAY_SECONDS * 1000ULL * CHECK_OK(ioctl(vmm->cpu.fd, KVM_GET_TSC_KHZ, 0));
	u16 limit = 0xfff;

	gate(vmm, VMM_VECTOR, VMM_KERNEL + (device - code), selector, wide);
	gate(vmm, VMM_TIMER_VECTOR, VMM_KERNEL + (timer - code), selector, wide);
	memcpy(vmm->ram + VMM_IDTR, &limit, sizeof(limit));
	write_u64(vmm, VMM_IDTR + 2, VMM_IDT);
	write_u64(vmm, VMM_DELAY, delay);
}

void vmm_check_told(struct vmm *vmm, u32 count)
{
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, count);
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, VMM_MARK); /* XMM1 */
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, vmm->without_dr0 ? 0 : VMM_MARK);
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, VMM_MARK); /* KERNEL_GS_BASE */
}

void vmm_check_interrupt(struct vmm *vmm, u32 count)
{
	vmm_signal(vmm->irq);
	vmm_check_told(vmm, count);
}

static void check_ioapic_write(struct vmm *vmm, u64 address, u32 value)
{
	struct kvm_run *run = vmm->cpu.run;
	u32 data;

	CHECK_EXIT(&vmm->cpu, KVM_EXIT_MMIO);
	CHECK_EQ(run->mmio.phys_addr, address);
	CHECK(run->mmio.is_write && run->mmio.len == 4);
	memcpy(&data, run->mmio.data, sizeof(data));
	CHECK_EQ(data, value);
}

void vmm_check_ioapic(struct vmm *vmm)
{
	check_ioapic_write(vmm, VMM_IOAPIC, 0x11 + 2 * VMM_IRQ);
	check_ioapic_write(vmm, VMM_IOAPIC + 0x10, 0);
	check_ioapic_write(vmm, VMM_IOAPIC, 0x10 + 2 * VMM_IRQ);
	check_ioapic_write(vmm, VMM_IOAPIC + 0x10, VMM_VECTOR);
}

void vmm_pause(struct vmm *vmm)
{
	struct kvm_mp_state state;

	alarm_every(20);
	do {
		CHECK_ERR(ioctl(vmm->cpu.fd, KVM_RUN, 0), EINTR);
		VMM_CALL(vmm->cpu.fd, KVM_GET_MP_STATE, state);
	} while (state.mp_state != KVM_MP_STATE_HALTED);
	alarm_every(0);
	vmm->cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(vmm->cpu.fd, KVM_RUN, 0), EINTR);
	vmm->cpu.run->immediate_exit = 0;
}

void vmm_check_timer(struct vmm *vmm)
{
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, VMM_TIMER_VECTOR);
}

void vmm_check_clock(struct vmm *vmm, u64 ns, bool stopped)
{
	const struct clock_page *page = (const void *)(vmm->ram + VMM_CLOCK);
	u64 ticks = vcpu_msr(&vmm->cpu, MSR_IA32_TSC) - page->tsc;

	CHECK(page->version > 0 && page->version % 2 == 0);
	CHECK(page->mul != 0);
	ticks = page->shift < 0 ? ticks >> -page->shift : ticks << page->shift;
	CHECK(page->ns + (u64)((unsigned __int128)ticks * page->mul >> 32) >= ns);
	CHECK_EQ(page->flags & CLOCK_STOPPED, stopped ? CLOCK_STOPPED : 0);
}
