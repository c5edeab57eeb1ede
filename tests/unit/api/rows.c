// SPDX-License-Identifier: GPL-2.0
#include "rows.h"
#include "cpuid/cpuid.h"
#include "facts/exit_reason.h"
#include "irq/irqchip.h"
#include "msr/msr.h"

enum { GSI = 5, OTHER_SLOT = 1, MSR_ENTRIES = 200, MCG_BANKS = 4, PORT = 0x3f0 };
#define OTHER_GPA 0x100000ull
#define CLOCK_GPA 0x3000ull
#define MMIO_GPA  0xd0000000ull

/* Bytes of entries. */
#define CPUID_LEAVES (CPUID_MAX_ENTRIES * sizeof(struct kvm_cpuid_entry2))
#define MSRS(count)  ((count) * sizeof(struct kvm_msr_entry))
#define INDICES	     (MSR_ENTRIES * sizeof(u32))
#define ROUTES	     (IOAPIC_PINS * sizeof(struct kvm_irq_routing_entry))

static void fill_nothing(struct program *p, void *argument)
{
}

/* --- Lists --- */

static void fill_cpuid_room(struct program *p, void *argument)
{
	((struct kvm_cpuid2 *)argument)->nent = CPUID_MAX_ENTRIES;
}

static void fill_supported_cpuid(struct program *p, void *argument)
{
	fill_cpuid_room(p, argument);
	EXPECT_EQ(api_call(p->device, KVM_GET_SUPPORTED_CPUID, argument,
			   sizeof(struct kvm_cpuid2) + CPUID_LEAVES),
		  0);
}

static void fill_index_room(struct program *p, void *argument)
{
	((struct kvm_msr_list *)argument)->nmsrs = MSR_ENTRIES;
}

static void fill_feature_msrs(struct program *p, void *argument)
{
	struct kvm_msrs *msrs = argument;

	msrs->nmsrs = 1;
	msrs->entries[0].index = MSR_IA32_UCODE_REV;
}

static void fill_msrs(struct program *p, void *argument)
{
	struct kvm_msrs *msrs = argument;

	msrs->nmsrs = MSR_ENTRIES;
	for (u32 i = 0; i < msrs->nmsrs; i++)
		msrs->entries[i].index = MSR_STAR;
}

/* --- Memory --- */

static void fill_slot(struct program *p, void *argument)
{
	*(struct kvm_userspace_memory_region *)argument = (struct kvm_userspace_memory_region){
		.slot = OTHER_SLOT,
		.flags = KVM_MEM_LOG_DIRTY_PAGES,
		.guest_phys_addr = OTHER_GPA,
		.memory_size = RAM_PAGES * PAGE,
		.userspace_addr = p->ram,
	};
}

/* It is there already, logged. */
static struct kvm_userspace_memory_region *fill_slot_again(struct program *p, void *argument)
{
	fill_slot(p, argument);
	EXPECT_EQ(CALL(p->vm, KVM_SET_USER_MEMORY_REGION,
		       (struct kvm_userspace_memory_region *)argument),
		  0);
	return argument;
}

static void fill_slot_deleted(struct program *p, void *argument)
{
	fill_slot_again(p, argument)->memory_size = 0;
}

static void fill_slot_moved(struct program *p, void *argument)
{
	fill_slot_again(p, argument)->guest_phys_addr += RAM_PAGES * PAGE;
}

static void fill_log_ended(struct program *p, void *argument)
{
	fill_slot_again(p, argument)->flags = 0;
}

/* Slot 0, which has pages that are mapped. */
static void fill_log_begun(struct program *p, void *argument)
{
	fill_slot(p, argument);
	((struct kvm_userspace_memory_region *)argument)->slot = 0;
	((struct kvm_userspace_memory_region *)argument)->guest_phys_addr = 0;
}

static void log_ram(struct program *p)
{
	struct kvm_userspace_memory_region region;

	fill_log_begun(p, &region);
	EXPECT_EQ(CALL(p->vm, KVM_SET_USER_MEMORY_REGION, &region), 0);
}

static void fill_dirty_log(struct program *p, void *argument)
{
	log_ram(p);
	((struct kvm_dirty_log *)argument)->dirty_bitmap = (void *)p->scratch;
}

static void fill_clear_dirty_log(struct program *p, void *argument)
{
	struct kvm_clear_dirty_log *log = argument;

	log_ram(p);
	log->num_pages = RAM_PAGES;
	log->dirty_bitmap = (void *)p->scratch;
}

static void fill_identity_map(struct program *p, void *argument)
{
	*(u64 *)argument = 0xfeffc000;
}

/* --- The VM --- */

static void fill_user_space_msr(struct program *p, void *argument)
{
	struct kvm_enable_cap *cap = argument;

	cap->cap = KVM_CAP_X86_USER_SPACE_MSR;
	cap->args[0] = KVM_MSR_EXIT_REASON_FILTER;
}

static void fill_split_irqchip(struct program *p, void *argument)
{
	struct kvm_enable_cap *cap = argument;

	(void)p;
	cap->cap = KVM_CAP_SPLIT_IRQCHIP;
	cap->args[0] = 24;
}

static void fill_dirty_ring(struct program *p, void *argument)
{
	struct kvm_enable_cap *cap = argument;

	(void)p;
	cap->cap = KVM_CAP_DIRTY_LOG_RING;
	cap->args[0] = 16384;
}

/* The ioctl needs rings. */
static void fill_dirty_rings(struct program *p, void *argument)
{
	struct kvm_enable_cap cap = {0};

	fill_dirty_ring(p, &cap);
	EXPECT_EQ(CALL(p->vm, KVM_ENABLE_CAP, &cap), 0);
}

static void fill_filter(struct program *p, void *argument)
{
	struct kvm_msr_filter *filter = argument;

	for (u32 i = 0; i < 4; i++)
		filter->ranges[i] = (struct kvm_msr_filter_range){
			.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
			.nmsrs = 8192,
			.base = i << 16,
			.bitmap = (u8 *)p->scratch,
		};
}

static void fill_irqfd(struct program *p, void *argument)
{
	((struct kvm_irqfd *)argument)->fd = (u32)p->event;
	((struct kvm_irqfd *)argument)->gsi = GSI;
}

static void fill_irqfd_resample(struct program *p, void *argument)
{
	fill_irqfd(p, argument);
	((struct kvm_irqfd *)argument)->flags = KVM_IRQFD_FLAG_RESAMPLE;
	((struct kvm_irqfd *)argument)->resamplefd = (u32)p->other;
}

static void fill_irqfd_deassigned(struct program *p, void *argument)
{
	fill_irqfd_resample(p, argument);
	EXPECT_EQ(CALL(p->vm, KVM_IRQFD, (struct kvm_irqfd *)argument), 0);
	((struct kvm_irqfd *)argument)->flags = KVM_IRQFD_FLAG_DEASSIGN;
}

static void fill_ioeventfd(struct program *p, void *argument)
{
	*(struct kvm_ioeventfd *)argument = (struct kvm_ioeventfd){
		.addr = PORT,
		.len = 2,
		.fd = p->event,
		.flags = KVM_IOEVENTFD_FLAG_PIO,
	};
}

static void fill_ioeventfd_deassigned(struct program *p, void *argument)
{
	fill_ioeventfd(p, argument);
	EXPECT_EQ(CALL(p->vm, KVM_IOEVENTFD, (struct kvm_ioeventfd *)argument), 0);
	((struct kvm_ioeventfd *)argument)->flags |= KVM_IOEVENTFD_FLAG_DEASSIGN;
}

static void fill_zone(struct program *p, void *argument)
{
	((struct kvm_coalesced_mmio_zone *)argument)->addr = MMIO_GPA;
	((struct kvm_coalesced_mmio_zone *)argument)->size = 16;
}

static void fill_zone_removed(struct program *p, void *argument)
{
	fill_zone(p, argument);
	EXPECT_EQ(CALL(p->vm, KVM_REGISTER_COALESCED_MMIO,
		       (struct kvm_coalesced_mmio_zone *)argument),
		  0);
}

/* A bus has room for so many devices before it asks for memory again. */
#define BUS_ROOM 8

static void fill_bus(struct program *p, u32 pio, unsigned int zones)
{
	struct kvm_coalesced_mmio_zone zone = {.addr = 0x8000, .size = 1, .pio = pio};

	while (zones--)
		EXPECT_EQ(CALL(p->vm, KVM_REGISTER_COALESCED_MMIO, &zone), 0);
}

static void fill_zone_on_full_bus(struct program *p, void *argument)
{
	fill_bus(p, 0, BUS_ROOM);
	fill_zone(p, argument);
}

/* The 8259s have three places, the 8254 two. */
static void fill_ioeventfd_on_full_bus(struct program *p, void *argument)
{
	fill_bus(p, 1, BUS_ROOM - 3 - 2);
	fill_ioeventfd(p, argument);
}

static void fill_full_bus(struct program *p, void *argument)
{
	fill_bus(p, 1, BUS_ROOM - 3);
}

static void fill_bus_but_one(struct program *p, void *argument)
{
	fill_bus(p, 1, BUS_ROOM - 3 - 1);
}

/* --- Interrupt controllers --- */

static void fill_chip(struct program *p, void *argument)
{
	((struct kvm_irqchip *)argument)->chip_id = KVM_IRQCHIP_IOAPIC;
	EXPECT_EQ(CALL(p->vm, KVM_GET_IRQCHIP, (struct kvm_irqchip *)argument), 0);
}

static void fill_line(struct program *p, void *argument)
{
	((struct kvm_irq_level *)argument)->irq = GSI;
	((struct kvm_irq_level *)argument)->level = 1;
}

/* To the vCPU's local APIC, which user space switches on. */
static void fill_msi(struct program *p, void *argument)
{
	struct kvm_msi *msi = argument;
	struct kvm_lapic_state lapic;

	EXPECT_EQ(CALL(p->vcpu, KVM_GET_LAPIC, &lapic), 0);
	lapic.regs[0xf1] |= 1;
	EXPECT_EQ(CALL(p->vcpu, KVM_SET_LAPIC, &lapic), 0);
	msi->address_lo = 0xfee00000;
	msi->data = 0x41;
}

static void fill_routing(struct program *p, void *argument)
{
	struct kvm_irq_routing *routing = argument;

	for (u32 gsi = 0; gsi < IOAPIC_PINS; gsi++)
		routing->entries[routing->nr++] = (struct kvm_irq_routing_entry){
			.gsi = gsi,
			.type = KVM_IRQ_ROUTING_IRQCHIP,
			.u.irqchip = {.irqchip = KVM_IRQCHIP_IOAPIC, .pin = gsi},
		};
	routing->entries[0].type = KVM_IRQ_ROUTING_MSI;
	routing->entries[0].u.msi =
		(struct kvm_irq_routing_msi){.address_lo = 0xfee00000, .data = 0x42};
}

/* --- A vCPU --- */

static void fill_signal_mask(struct program *p, void *argument)
{
	((struct kvm_signal_mask *)argument)->len = 8;
}

/* What is given has flags that are not taken. */
static void fill_events(struct program *p, void *argument)
{
	EXPECT_EQ(CALL(p->vcpu, KVM_GET_VCPU_EVENTS, (struct kvm_vcpu_events *)argument), 0);
	((struct kvm_vcpu_events *)argument)->flags = 0;
}

static void fill_interrupt(struct program *p, void *argument)
{
	((struct kvm_interrupt *)argument)->irq = 0x41;
}

static void fill_guest_debug(struct program *p, void *argument)
{
	(void)p;
	((struct kvm_guest_debug *)argument)->control =
		KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
}

static void fill_setup_mce(struct program *p, void *argument)
{
	*(u64 *)argument = MCG_BANKS;
}

static void fill_mce(struct program *p, void *argument)
{
	u64 banks = MCG_BANKS;

	EXPECT_EQ(CALL(p->vcpu, KVM_X86_SETUP_MCE, &banks), 0);
	((struct kvm_x86_mce *)argument)->status = BIT64(63);
	((struct kvm_x86_mce *)argument)->bank = 1;
}

static void fill_clock_page(struct program *p, void *argument)
{
	EXPECT_TRUE(msr_set(p, MSR_KVM_SYSTEM_TIME_NEW, CLOCK_GPA | 1));
}

static void fill_vapic(struct program *p, void *argument)
{
	(void)p;
	((struct kvm_vapic_addr *)argument)->vapic_addr = CLOCK_GPA;
}

static void fill_attribute(struct program *p, void *argument)
{
	((struct kvm_device_attr *)argument)->addr = (u64)p->scratch;
}

static void fill_no_cap(struct program *p, void *argument)
{
	((struct kvm_enable_cap *)argument)->cap = KVM_CAP_HLT;
}

static void fill_run(struct program *p, void *argument)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .instruction_length = 1,
					   .qualification = (u64)PORT << 16});
}

#define ROW(on, number_, needs, ...)                                                               \
	{                                                                                          \
		.name = #number_, .number = number_, .scope = SCOPE_##on, .made = needs,           \
		__VA_ARGS__                                                                        \
	}

const struct api_row api_rows[] = {
	ROW(SYSTEM, KVM_GET_API_VERSION, A_DEVICE, .result = 12),
	ROW(SYSTEM, KVM_CREATE_VM, A_DEVICE, .makes_file = true),
	ROW(SYSTEM, KVM_CHECK_EXTENSION, A_DEVICE, .value = KVM_CAP_HLT, .result = 1),
	ROW(SYSTEM, KVM_GET_VCPU_MMAP_SIZE, A_DEVICE, .result = 12288),
	ROW(SYSTEM, KVM_GET_SUPPORTED_CPUID, A_DEVICE, .fill = fill_cpuid_room,
	    .more = CPUID_LEAVES),
	ROW(SYSTEM, KVM_GET_MSR_INDEX_LIST, A_DEVICE, .fill = fill_index_room, .more = INDICES),
	ROW(SYSTEM, KVM_GET_MSR_FEATURE_INDEX_LIST, A_DEVICE, .fill = fill_index_room,
	    .more = INDICES),
	ROW(SYSTEM, KVM_GET_MSRS, A_DEVICE, .fill = fill_feature_msrs, .more = MSRS(1),
	    .result = 1),
	ROW(SYSTEM, KVM_GET_EMULATED_CPUID, A_DEVICE, .fill = fill_cpuid_room,
	    .more = CPUID_LEAVES),
	ROW(SYSTEM, KVM_HAS_DEVICE_ATTR, A_DEVICE, .fill = fill_nothing),
	ROW(SYSTEM, KVM_GET_DEVICE_ATTR, A_DEVICE, .fill = fill_attribute),
	ROW(SYSTEM, KVM_X86_GET_MCE_CAP_SUPPORTED, A_DEVICE, .fill = fill_nothing),

	ROW(VM, KVM_CHECK_EXTENSION, A_VM, .value = KVM_CAP_HLT, .result = 1),
	ROW(VM, KVM_CREATE_VCPU, A_VM, .makes_file = true),
	ROW(VM, KVM_CREATE_VCPU, EVERYTHING, .value = 1, .makes_file = true),
	ROW(VM, KVM_GET_STATS_FD, A_VM, .makes_file = true),
	ROW(VM, KVM_SET_USER_MEMORY_REGION, A_VM, .fill = fill_slot),
	ROW(VM, KVM_SET_USER_MEMORY_REGION, EVERYTHING, .fill = fill_log_begun),
	ROW(VM, KVM_SET_USER_MEMORY_REGION, EVERYTHING, .fill = fill_log_ended),
	ROW(VM, KVM_SET_USER_MEMORY_REGION, EVERYTHING, .fill = fill_slot_deleted),
	ROW(VM, KVM_SET_USER_MEMORY_REGION, EVERYTHING, .fill = fill_slot_moved),
	ROW(VM, KVM_SET_USER_MEMORY_REGION2, A_VM, .fill = fill_slot),
	ROW(VM, KVM_SET_NR_MMU_PAGES, A_VM, .value = 64),
	ROW(VM, KVM_GET_NR_MMU_PAGES, A_VM),
	ROW(VM, KVM_SET_TSC_KHZ, A_VM, .value = 1000000),
	ROW(VM, KVM_GET_TSC_KHZ, A_VM, .result = 2000000),
	ROW(VM, KVM_GET_DIRTY_LOG, A_VM, .fill = fill_dirty_log),
	ROW(VM, KVM_CLEAR_DIRTY_LOG, A_VM, .fill = fill_clear_dirty_log),
	ROW(VM, KVM_RESET_DIRTY_RINGS, A_VM, .fill = fill_dirty_rings),
	ROW(VM, KVM_SET_TSS_ADDR, A_VM, .value = 0xfffbd000),
	ROW(VM, KVM_SET_IDENTITY_MAP_ADDR, A_VM, .fill = fill_identity_map),
	ROW(VM, KVM_ENABLE_CAP, A_VM, .fill = fill_user_space_msr),
	ROW(VM, KVM_ENABLE_CAP, A_VM, .fill = fill_split_irqchip),
	ROW(VM, KVM_ENABLE_CAP, A_VM, .fill = fill_dirty_ring),
	ROW(VM, KVM_GET_CLOCK, A_VM, .fill = fill_nothing),
	ROW(VM, KVM_SET_CLOCK, A_VM, .get = KVM_GET_CLOCK),
	ROW(VM, KVM_CREATE_IRQCHIP, A_VM),
	ROW(VM, KVM_GET_IRQCHIP, AN_IRQCHIP, .fill = fill_nothing),
	ROW(VM, KVM_SET_IRQCHIP, AN_IRQCHIP, .fill = fill_chip),
	ROW(VM, KVM_IRQ_LINE, AN_IRQCHIP, .fill = fill_line),
	ROW(VM, KVM_IRQ_LINE_STATUS, AN_IRQCHIP, .fill = fill_line),
	ROW(VM, KVM_SIGNAL_MSI, EVERYTHING, .fill = fill_msi, .result = 1),
	ROW(VM, KVM_SET_GSI_ROUTING, AN_IRQCHIP, .fill = fill_routing, .more = ROUTES),
	ROW(VM, KVM_CREATE_PIT, AN_IRQCHIP),
	ROW(VM, KVM_CREATE_PIT, AN_IRQCHIP, .fill = fill_full_bus),
	ROW(VM, KVM_CREATE_PIT, AN_IRQCHIP, .fill = fill_bus_but_one),
	ROW(VM, KVM_CREATE_PIT2, AN_IRQCHIP, .fill = fill_nothing),
	ROW(VM, KVM_GET_PIT, EVERYTHING, .fill = fill_nothing),
	ROW(VM, KVM_SET_PIT, EVERYTHING, .get = KVM_GET_PIT),
	ROW(VM, KVM_GET_PIT2, EVERYTHING, .fill = fill_nothing),
	ROW(VM, KVM_SET_PIT2, EVERYTHING, .get = KVM_GET_PIT2),
	ROW(VM, KVM_REINJECT_CONTROL, EVERYTHING, .fill = fill_nothing,
	    .more = sizeof(struct kvm_reinject_control)),
	ROW(VM, KVM_SET_BOOT_CPU_ID, AN_IRQCHIP, .value = 1),
	ROW(VM, KVM_X86_SET_MSR_FILTER, EVERYTHING, .fill = fill_filter),
	ROW(VM, KVM_IRQFD, EVERYTHING, .fill = fill_irqfd),
	ROW(VM, KVM_IRQFD, EVERYTHING, .fill = fill_irqfd_resample),
	ROW(VM, KVM_IRQFD, EVERYTHING, .fill = fill_irqfd_deassigned),
	ROW(VM, KVM_IOEVENTFD, EVERYTHING, .fill = fill_ioeventfd),
	ROW(VM, KVM_IOEVENTFD, EVERYTHING, .fill = fill_ioeventfd_on_full_bus),
	ROW(VM, KVM_IOEVENTFD, EVERYTHING, .fill = fill_ioeventfd_deassigned),
	ROW(VM, KVM_REGISTER_COALESCED_MMIO, A_VM, .fill = fill_zone),
	ROW(VM, KVM_REGISTER_COALESCED_MMIO, A_VM, .fill = fill_zone_on_full_bus),
	ROW(VM, KVM_UNREGISTER_COALESCED_MMIO, A_VM, .fill = fill_zone_removed),

	ROW(VCPU, KVM_RUN, EVERYTHING, .fill = fill_run, .runs = true),
	ROW(VCPU, KVM_SET_SIGNAL_MASK, A_VCPU, .fill = fill_signal_mask, .more = 8),
	ROW(VCPU, KVM_GET_STATS_FD, A_VCPU, .makes_file = true),
	ROW(VCPU, KVM_GET_REGS, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_REGS, A_VCPU, .get = KVM_GET_REGS),
	ROW(VCPU, KVM_GET_SREGS, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_SREGS, A_VCPU, .get = KVM_GET_SREGS),
	ROW(VCPU, KVM_GET_SREGS2, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_SREGS2, A_VCPU, .get = KVM_GET_SREGS2),
	ROW(VCPU, KVM_SET_CPUID2, A_VCPU, .fill = fill_supported_cpuid, .more = CPUID_LEAVES),
	ROW(VCPU, KVM_GET_CPUID2, EVERYTHING, .fill = fill_cpuid_room, .more = CPUID_LEAVES),
	ROW(VCPU, KVM_GET_MSRS, A_VCPU, .fill = fill_msrs, .more = MSRS(MSR_ENTRIES),
	    .result = MSR_ENTRIES),
	ROW(VCPU, KVM_SET_MSRS, A_VCPU, .fill = fill_msrs, .more = MSRS(MSR_ENTRIES),
	    .result = MSR_ENTRIES),
	ROW(VCPU, KVM_GET_FPU, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_FPU, A_VCPU, .get = KVM_GET_FPU),
	ROW(VCPU, KVM_GET_XSAVE, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_GET_XSAVE2, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_XSAVE, A_VCPU, .get = KVM_GET_XSAVE),
	ROW(VCPU, KVM_GET_XCRS, EVERYTHING, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_XCRS, EVERYTHING, .get = KVM_GET_XCRS),
	ROW(VCPU, KVM_GET_DEBUGREGS, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_DEBUGREGS, A_VCPU, .get = KVM_GET_DEBUGREGS),
	ROW(VCPU, KVM_TRANSLATE, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_GUEST_DEBUG, A_VCPU, .fill = fill_guest_debug),
	ROW(VCPU, KVM_GET_MP_STATE, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_MP_STATE, A_VCPU, .get = KVM_GET_MP_STATE),
	ROW(VCPU, KVM_GET_VCPU_EVENTS, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_VCPU_EVENTS, A_VCPU, .fill = fill_events),
	ROW(VCPU, KVM_INTERRUPT, A_VCPU, .fill = fill_interrupt),
	ROW(VCPU, KVM_NMI, A_VCPU),
	ROW(VCPU, KVM_X86_SETUP_MCE, A_VCPU, .fill = fill_setup_mce),
	ROW(VCPU, KVM_X86_SET_MCE, A_VCPU, .fill = fill_mce),
	ROW(VCPU, KVM_KVMCLOCK_CTRL, A_VCPU, .fill = fill_clock_page),
	ROW(VCPU, KVM_ENABLE_CAP, A_VCPU, .fill = fill_no_cap, .result = -EINVAL),
	ROW(VCPU, KVM_SET_TSC_KHZ, A_VCPU, .value = 1000000),
	ROW(VCPU, KVM_GET_TSC_KHZ, A_VCPU, .result = 2000000),
	ROW(VCPU, KVM_HAS_DEVICE_ATTR, A_VCPU, .fill = fill_nothing),
	ROW(VCPU, KVM_GET_DEVICE_ATTR, A_VCPU, .fill = fill_attribute),
	ROW(VCPU, KVM_SET_DEVICE_ATTR, A_VCPU, .fill = fill_attribute),
	ROW(VCPU, KVM_TPR_ACCESS_REPORTING, EVERYTHING, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_VAPIC_ADDR, EVERYTHING, .fill = fill_vapic),
	ROW(VCPU, KVM_GET_LAPIC, EVERYTHING, .fill = fill_nothing),
	ROW(VCPU, KVM_SET_LAPIC, EVERYTHING, .get = KVM_GET_LAPIC),
	{.name = NULL},
};

size_t row_size(const struct api_row *row)
{
	return _IOC_SIZE(row->number) + row->more;
}

int row_file(const struct api_row *row, const struct program *program)
{
	const int files[] = {program->device, program->vm, program->vcpu};

	return files[row->scope];
}

struct program *row_start(const struct api_row *row, void *argument)
{
	struct program *program = program_start(row->made);

	test_context("%s", row->name);
	memset(argument, 0, ROW_ARGUMENT_MAX);
	if (row->get)
		EXPECT_EQ(api_call(row_file(row, program), row->get, argument, row_size(row)), 0);
	if (row->fill)
		row->fill(program, argument);
	return program;
}

long row_call(const struct api_row *row, struct program *program, void *argument)
{
	if (row_size(row))
		return api_call(row_file(row, program), row->number, argument, row_size(row));
	return sim_ioctl(row_file(row, program), row->number, row->value);
}

void row_expect(const struct api_row *row, long result)
{
	if (!row->makes_file) {
		EXPECT_EQ(result, row->result);
		return;
	}
	if (EXPECT_TRUE(result > 0))
		sim_file_close((int)result);
}
