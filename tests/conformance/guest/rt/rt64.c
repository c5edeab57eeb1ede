// SPDX-License-Identifier: GPL-2.0
#include "rt64.h"

#define STACK_SIZE 8192
#define IST_DF	   1
#define TRAMPOLINE 0x8000 /* as in trampoline64.S */

const struct boot_info *boot_info;
volatile struct fault fault = {.vector = NO_FAULT};

u64 gdt[] __attribute__((aligned(16))) = {
	[SEL_KERNEL_CODE / 8] = 0x00af9b000000ffff, [SEL_KERNEL_DATA / 8] = 0x00cf93000000ffff,
	[SEL_USER_CODE32 / 8] = 0x00cffb000000ffff, [SEL_USER_DATA / 8] = 0x00cff3000000ffff,
	[SEL_USER_CODE / 8] = 0x00affb000000ffff,   [SEL_KERNEL_CODE32 / 8] = 0x00cf9b000000ffff,
};
struct gate idt[256];
struct tss tss = {.io_map = sizeof(struct tss)};

static u8 interrupt_stack[STACK_SIZE] __attribute__((aligned(16)));
static u8 double_fault_stack[STACK_SIZE] __attribute__((aligned(16)));
static u8 user_stack[STACK_SIZE] __attribute__((aligned(16)));
static exception_handler handlers[32];
static u64 next_page;
static volatile u32 runtime_ready;

extern u8 exception_stubs[];
extern u8 trampoline_start[], trampoline_values[], trampoline_end[];
extern const u64 fixups_start[][2], fixups_end[][2];
extern u8 image_end[];
u64 user_enter(void (*code)(void), u64 arg, u64 rsp);
void user_leave(void);

void gate_set(unsigned int vector, void (*handler)(void), u8 type, u8 ist)
{
	u64 offset = (u64)handler;

	idt[vector] = (struct gate){
		.offset_low = offset,
		.selector = SEL_KERNEL_CODE,
		.ist = ist,
		.type = type,
		.offset_middle = offset >> 16,
		.offset_high = offset >> 32,
	};
}

void exception_set(unsigned int vector, exception_handler handler)
{
	handlers[vector] = handler;
}

static void exception_unexpected(const struct frame *frame)
{
	print("not ok - unexpected exception ");
	print_dec(frame->vector);
	print(" error ");
	print_hex(frame->error);
	print(" rip ");
	print_hex(frame->rip);
	print(" cr2 ");
	print_hex(read_cr2());
	print("\n");
	debug_exit(2);
}

static bool exception_fixup(struct frame *frame)
{
	const u64(*entry)[2];

	for (entry = fixups_start; entry != fixups_end; entry++) {
		if ((*entry)[0] != frame->rip)
			continue;
		frame->rip = (*entry)[1];
		return true;
	}
	return false;
}

/* Called by the stubs; what it leaves in the frame is what the program goes on with. */
void exception_dispatch(struct frame *frame)
{
	u32 count = fault.count + 1;

	fault = (struct fault){
		.vector = frame->vector,
		.count = count,
		.error = frame->error,
		.cr2 = read_cr2(),
		.rip = frame->rip,
		.cs = frame->cs,
		.rflags = frame->rflags,
	};
	if (handlers[frame->vector]) {
		handlers[frame->vector](frame);
		return;
	}
	if (exception_fixup(frame))
		return;
	if ((frame->cs & 3) != 3)
		exception_unexpected(frame);
	frame->rip = (u64)user_leave;
	frame->cs = SEL_KERNEL_CODE;
	frame->ss = SEL_KERNEL_DATA;
	frame->rsp = tss.rsp[0];
	frame->rflags = 2;
}

static void segments_load(void)
{
	struct table_register gdtr = {sizeof(u64) * 12 - 1, (u64)gdt};
	struct table_register idtr = {sizeof(idt) - 1, (u64)idt};

	__asm__ volatile("lgdt %0; lidt %1" : : "m"(gdtr), "m"(idtr));
	__asm__ volatile("push %0; lea 1f(%%rip), %%rax; push %%rax; lretq; 1:\n"
			 "mov %1, %%ds; mov %1, %%es; mov %1, %%ss; mov %1, %%fs; mov %1, %%gs"
			 :
			 : "i"(SEL_KERNEL_CODE), "r"(SEL_KERNEL_DATA)
			 : "rax", "memory");
}

static void tss_load(void)
{
	u64 base = (u64)&tss;

	tss.rsp[0] = (u64)interrupt_stack + sizeof(interrupt_stack);
	tss.ist[IST_DF - 1] = (u64)double_fault_stack + sizeof(double_fault_stack);
	gdt[SEL_TSS / 8] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 |
			   (base >> 24 & 0xff) << 56;
	gdt[SEL_TSS / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %0" : : "r"((u16)SEL_TSS));
}

static void idt_fill(void)
{
	unsigned int v;

	for (v = 0; v < 32; v++)
		gate_set(v, (void (*)(void))(exception_stubs + 16 * v), GATE_INTERRUPT,
			 v == VECTOR_DF ? IST_DF : 0);
	gate_set(0x80, user_leave, GATE_USER, 0);
}

void *page_alloc(void)
{
	void *page;

	if (!next_page)
		next_page = ((u64)image_end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
	page = (void *)next_page;
	next_page += PAGE_SIZE;
	return memset(page, 0, PAGE_SIZE);
}

static u64 *page_split(u64 *entry)
{
	u64 *table = page_alloc();
	u64 first = *entry & ~PTE_PS;
	unsigned int i;

	for (i = 0; i < 512; i++)
		table[i] = first + i * PAGE_SIZE;
	*entry = (u64)table | PTE_P | PTE_W | PTE_U;
	write_cr3(read_cr3());
	return table;
}

u64 *page_entry(const void *address)
{
	u64 va = (u64)address;
	u64 *table = (u64 *)(read_cr3() & PTE_ADDR);
	int shift;

	for (shift = 39; shift > 12; shift -= 9) {
		u64 *entry = &table[va >> shift & 511];

		if (*entry & PTE_PS)
			table = page_split(entry);
		else
			table = (u64 *)(*entry & PTE_ADDR);
		*entry |= PTE_U | PTE_W;
	}
	return &table[va >> 12 & 511];
}

static void pages_set_user(bool user)
{
	u64 page, end = next_page ? next_page : (u64)image_end;

	for (page = 0x100000; page < end; page += PAGE_SIZE) {
		u64 *entry = page_entry((void *)page);

		*entry = user ? *entry | PTE_U : *entry & ~PTE_U;
	}
	write_cr3(read_cr3());
}

void user_revoke(void)
{
	pages_set_user(false);
}

u64 user_call(void (*code)(void), u64 arg)
{
	pages_set_user(true);
	fault.vector = NO_FAULT;
	return user_enter(code, arg, (u64)user_stack + sizeof(user_stack) - 8);
}

__attribute__((weak)) void guest_ap_main(u32 cpu)
{
}

/* The other CPUs wait until the first has filled the tables that all of them use. */
static _Noreturn void rt64_start_ap(u32 cpu)
{
	while (!runtime_ready)
		__asm__ volatile("pause");
	segments_load();
	guest_ap_main(cpu);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* The order is that of trampoline64.S. */
struct trampoline_values {
	u64 gdtr[2], cr0, cr3, cr4, efer, rsp, cpu;
	void (*entry)(u32 cpu);
};

u32 cpu_prepare_start(u32 cpu)
{
	const u64 values_at = TRAMPOLINE + (trampoline_values - trampoline_start);
	struct trampoline_values *values = (struct trampoline_values *)values_at;

	memcpy((void *)TRAMPOLINE, trampoline_start, trampoline_end - trampoline_start);
	*values = (struct trampoline_values){
		.cr0 = read_cr0(),
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.efer = rdmsr(MSR_EFER) & ~EFER_LMA,
		.rsp = (u64)page_alloc() + PAGE_SIZE - 8,
		.cpu = cpu,
		.entry = rt64_start_ap,
	};
	__asm__ volatile("sgdt %0" : "=m"(values->gdtr));
	return TRAMPOLINE / PAGE_SIZE;
}

void rt64_start(const struct boot_info *info)
{
	if (info->cpu_id)
		rt64_start_ap(info->cpu_id);
	boot_info = info;
	idt_fill();
	segments_load();
	tss_load();
	__asm__ volatile("" : : : "memory");
	runtime_ready = 1;
	guest_main();
	done();
}
