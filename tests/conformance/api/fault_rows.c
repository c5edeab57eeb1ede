// SPDX-License-Identifier: GPL-2.0
/* A row for each ioctl, with an argument that it takes: see fault.c. */
#include <sys/eventfd.h>

#include "fault.h"

#define BUFFER_SIZE (64 * PAGE)

enum {
	GSI = 5,
	OTHER_SLOT = 1,
	OTHER_GPA = 0x100000,
	MSR_BIOS_SIGN_ID = 0x8b,
	MSR_STAR = (int)0xc0000081,
	MSR_SYSTEM_TIME = 0x4b564d01,
	MCG_BANKS = 4,
};

GUEST16(guest_fault, "1: incl 0x4000\nout %al, $0x10\njmp 1b");

static void fill_cpuid(struct context *c)
{
	struct kvm_cpuid2 *cpuid = (void *)c->buffer;

	cpuid->nent = FAULT_CPUID_ENTRIES;
}

static void fill_supported_cpuid(struct context *c)
{
	fill_cpuid(c);
	CHECK_OK(ioctl(c->device, KVM_GET_SUPPORTED_CPUID, c->buffer));
}

static void fill_msr_list(struct context *c)
{
	struct kvm_msr_list *list = (void *)c->buffer;

	list->nmsrs = 1000;
}

static void fill_feature_msrs(struct context *c)
{
	struct kvm_msrs *msrs = (void *)c->buffer;

	msrs->nmsrs = 1;
	msrs->entries[0].index = MSR_BIOS_SIGN_ID;
}

/* More than fits where small arguments are kept. */
static void fill_msrs(struct context *c)
{
	struct kvm_msrs *msrs = (void *)c->buffer;

	msrs->nmsrs = 200;
	for (u32 i = 0; i < msrs->nmsrs; i++)
		msrs->entries[i].index = MSR_STAR;
}

static void fill_slot(struct context *c)
{
	struct kvm_userspace_memory_region *region = (void *)c->buffer;

	region->slot = OTHER_SLOT;
	region->flags = KVM_MEM_LOG_DIRTY_PAGES;
	region->guest_phys_addr = OTHER_GPA;
	region->memory_size = GUEST_RAM;
	region->userspace_addr = (uintptr_t)c->vm.ram;
}

static void fill_slot_deleted(struct context *c)
{
	struct kvm_userspace_memory_region *region = (void *)c->buffer;

	fill_slot(c);
	CHECK_OK(ioctl(c->vm.fd, KVM_SET_USER_MEMORY_REGION, region));
	region->memory_size = 0;
}

static void fill_slot_moved(struct context *c)
{
	struct kvm_userspace_memory_region *region = (void *)c->buffer;

	fill_slot(c);
	CHECK_OK(ioctl(c->vm.fd, KVM_SET_USER_MEMORY_REGION, region));
	region->guest_phys_addr += GUEST_RAM;
}

static void log_ram(struct context *c)
{
	CHECK_OK(vm_set_slot(c->vm.fd, 0, KVM_MEM_LOG_DIRTY_PAGES, 0, GUEST_RAM, c->vm.ram));
}

static void fill_dirty_log(struct context *c)
{
	struct kvm_dirty_log *log = (void *)c->buffer;

	log_ram(c);
	log->dirty_bitmap = c->buffer + PAGE;
}

static void fill_clear_dirty_log(struct context *c)
{
	struct kvm_clear_dirty_log *log = (void *)c->buffer;

	log_ram(c);
	log->num_pages = GUEST_RAM / PAGE;
	log->dirty_bitmap = c->buffer + PAGE;
}

static void fill_identity_map(struct context *c)
{
	*(u64 *)c->buffer = 0xfeffc000;
}

static void fill_user_space_msr(struct context *c)
{
	struct kvm_enable_cap *cap = (void *)c->buffer;

	cap->cap = KVM_CAP_X86_USER_SPACE_MSR;
	cap->args[0] = KVM_MSR_EXIT_REASON_FILTER;
}

static void fill_split_irqchip(struct context *c)
{
	struct kvm_enable_cap *cap = (void *)c->buffer;

	cap->cap = KVM_CAP_SPLIT_IRQCHIP;
	cap->args[0] = 24;
}

static void fill_dirty_ring(struct context *c)
{
	struct kvm_enable_cap *cap = (void *)c->buffer;

	cap->cap = KVM_CAP_DIRTY_LOG_RING;
	cap->args[0] = 16384;
}

/* The ioctl needs rings. */
static void fill_dirty_rings(struct context *c)
{
	fill_dirty_ring(c);
	CHECK_OK(ioctl(c->vm.fd, KVM_ENABLE_CAP, c->buffer));
}

/* What it gives has flags that it does not take. */
static void fill_clock(struct context *c)
{
	struct kvm_clock_data *clock = (void *)c->buffer;

	CHECK_OK(ioctl(c->vm.fd, KVM_GET_CLOCK, clock));
	clock->flags = 0;
}

static void fill_chip(struct context *c)
{
	struct kvm_irqchip *chip = (void *)c->buffer;

	chip->chip_id = KVM_IRQCHIP_IOAPIC;
	CHECK_OK(ioctl(c->vm.fd, KVM_GET_IRQCHIP, chip));
}

static void fill_line(struct context *c)
{
	struct kvm_irq_level *line = (void *)c->buffer;

	line->irq = GSI;
}

static void fill_msi(struct context *c)
{
	struct kvm_msi *msi = (void *)c->buffer;

	msi->address_lo = 0xfee00000;
	msi->data = 0x41;
}

static void fill_routing(struct context *c)
{
	struct kvm_irq_routing *routing = (void *)c->buffer;

	for (u32 gsi = 0; gsi < KVM_IOAPIC_NUM_PINS; gsi++) {
		struct kvm_irq_routing_entry *entry = &routing->entries[routing->nr++];

		entry->gsi = gsi;
		entry->type = KVM_IRQ_ROUTING_IRQCHIP;
		entry->u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
		entry->u.irqchip.pin = gsi;
	}
	routing->entries[0].type = KVM_IRQ_ROUTING_MSI;
	routing->entries[0].u.msi =
		(struct kvm_irq_routing_msi){.address_lo = 0xfee00000, .data = 0x42};
}

static void fill_nothing(struct context *c)
{
}

static void fill_filter(struct context *c)
{
	struct kvm_msr_filter *filter = (void *)c->buffer;

	for (u32 i = 0; i < 4; i++)
		filter->ranges[i] = (struct kvm_msr_filter_range){.flags = KVM_MSR_FILTER_READ |
									   KVM_MSR_FILTER_WRITE,
								  .nmsrs = 8192,
								  .base = i << 16,
								  .bitmap = c->buffer + PAGE};
}

static void fill_irqfd(struct context *c)
{
	struct kvm_irqfd *irqfd = (void *)c->buffer;

	irqfd->fd = c->event;
	irqfd->gsi = GSI;
}

static void fill_irqfd_resample(struct context *c)
{
	struct kvm_irqfd *irqfd = (void *)c->buffer;

	fill_irqfd(c);
	irqfd->flags = KVM_IRQFD_FLAG_RESAMPLE;
	irqfd->resamplefd = c->other;
}

static void fill_irqfd_deassigned(struct context *c)
{
	struct kvm_irqfd *irqfd = (void *)c->buffer;

	fill_irqfd_resample(c);
	CHECK_OK(ioctl(c->vm.fd, KVM_IRQFD, irqfd));
	irqfd->flags = KVM_IRQFD_FLAG_DEASSIGN;
}

static void fill_ioeventfd(struct context *c)
{
	struct kvm_ioeventfd *ioeventfd = (void *)c->buffer;

	ioeventfd->addr = 0x20;
	ioeventfd->len = 2;
	ioeventfd->fd = c->event;
	ioeventfd->flags = KVM_IOEVENTFD_FLAG_PIO;
}

static void fill_ioeventfd_deassigned(struct context *c)
{
	struct kvm_ioeventfd *ioeventfd = (void *)c->buffer;

	fill_ioeventfd(c);
	CHECK_OK(ioctl(c->vm.fd, KVM_IOEVENTFD, ioeventfd));
	ioeventfd->flags |= KVM_IOEVENTFD_FLAG_DEASSIGN;
}

static void fill_zone(struct context *c)
{
	struct kvm_coalesced_mmio_zone *zone = (void *)c->buffer;

	zone->addr = GUEST_MMIO;
	zone->size = 16;
}

static void fill_zone_taken(struct context *c)
{
	fill_zone(c);
	CHECK_OK(ioctl(c->vm.fd, KVM_REGISTER_COALESCED_MMIO, c->buffer));
}

static void fill_signal_mask(struct context *c)
{
	struct kvm_signal_mask *mask = (void *)c->buffer;

	mask->len = 8;
}

static void fill_own_cpuid(struct context *c)
{
	fill_cpuid(c);
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_CPUID2, c->buffer));
}

static void fill_set_msrs(struct context *c)
{
	fill_msrs(c);
	CHECK_EQ(CHECK_OK(ioctl(c->cpu.fd, KVM_GET_MSRS, c->buffer)), 200);
}

/* Its flags say what is given, and more than is taken. */
static void fill_events(struct context *c)
{
	struct kvm_vcpu_events *events = (void *)c->buffer;

	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_VCPU_EVENTS, events));
	events->flags = 0;
}

static void fill_sregs2(struct context *c)
{
	struct kvm_sregs2 *sregs = (void *)c->buffer;

	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_SREGS2, sregs));
}

static void fill_interrupt(struct context *c)
{
	struct kvm_interrupt *interrupt = (void *)c->buffer;

	interrupt->irq = 0x41;
}

static void fill_setup_mce(struct context *c)
{
	*(u64 *)c->buffer = MCG_BANKS;
}

static void fill_mce(struct context *c)
{
	struct kvm_x86_mce *mce = (void *)c->buffer;

	fill_setup_mce(c);
	CHECK_OK(ioctl(c->cpu.fd, KVM_X86_SETUP_MCE, c->buffer));
	*(u64 *)c->buffer = 0;
	mce->status = 1ULL << 63;
	mce->bank = 1;
}

static void fill_clock_page(struct context *c)
{
	CHECK_EQ(vcpu_set_msr(&c->cpu, MSR_SYSTEM_TIME, GUEST_DATA | 1), 1);
}

static void fill_vapic(struct context *c)
{
	struct kvm_vapic_addr *address = (void *)c->buffer;

	address->vapic_addr = GUEST_DATA;
}

static void fill_attribute(struct context *c)
{
	struct kvm_device_attr *attribute = (void *)c->buffer;

	attribute->addr = (uintptr_t)c->buffer + PAGE;
}

static void fill_guest_debug(struct context *c)
{
	struct kvm_guest_debug *debug = (void *)c->buffer;

	debug->control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
}

static void fill_no_cap(struct context *c)
{
	struct kvm_enable_cap *cap = (void *)c->buffer;

	cap->cap = KVM_CAP_HLT;
}

#define ROW(number, on, needs, ...)                                                                \
	{                                                                                          \
		.name = #number, .request = number, .file = on, .made = needs, __VA_ARGS__         \
	}

const struct fault_row fault_rows[] = {
	ROW(KVM_GET_API_VERSION, DEVICE, A_DEVICE),
	ROW(KVM_CREATE_VM, DEVICE, A_DEVICE, .makes_file = true),
	ROW(KVM_CHECK_EXTENSION, DEVICE, A_DEVICE, .number = KVM_CAP_HLT),
	ROW(KVM_GET_VCPU_MMAP_SIZE, DEVICE, A_DEVICE),
	ROW(KVM_GET_SUPPORTED_CPUID, DEVICE, A_DEVICE, .fill = fill_cpuid),
	ROW(KVM_GET_MSR_INDEX_LIST, DEVICE, A_DEVICE, .fill = fill_msr_list),
	ROW(KVM_GET_MSR_FEATURE_INDEX_LIST, DEVICE, A_DEVICE, .fill = fill_msr_list),
	ROW(KVM_GET_MSRS, DEVICE, A_DEVICE, .fill = fill_feature_msrs),
	ROW(KVM_GET_EMULATED_CPUID, DEVICE, A_DEVICE, .fill = fill_cpuid),
	ROW(KVM_HAS_DEVICE_ATTR, DEVICE, A_DEVICE, .fill = fill_nothing),
	ROW(KVM_GET_DEVICE_ATTR, DEVICE, A_DEVICE, .fill = fill_attribute),
	ROW(KVM_X86_GET_MCE_CAP_SUPPORTED, DEVICE, A_DEVICE, .fill = fill_nothing),

	ROW(KVM_CHECK_EXTENSION, VM, A_VM, .number = KVM_CAP_HLT),
	ROW(KVM_CREATE_VCPU, VM, A_VM, .makes_file = true),
	ROW(KVM_CREATE_VCPU, VM, EVERYTHING, .number = 1, .makes_file = true),
	ROW(KVM_GET_STATS_FD, VM, A_VM, .makes_file = true),
	ROW(KVM_SET_USER_MEMORY_REGION, VM, A_VM, .fill = fill_slot),
	ROW(KVM_SET_USER_MEMORY_REGION, VM, A_VM, .fill = fill_slot_deleted),
	ROW(KVM_SET_USER_MEMORY_REGION, VM, A_VM, .fill = fill_slot_moved),
	ROW(KVM_SET_USER_MEMORY_REGION2, VM, A_VM, .fill = fill_slot),
	ROW(KVM_SET_NR_MMU_PAGES, VM, A_VM, .number = 64),
	ROW(KVM_GET_NR_MMU_PAGES, VM, A_VM),
	ROW(KVM_SET_TSC_KHZ, VM, A_VM),
	ROW(KVM_GET_TSC_KHZ, VM, A_VM),
	ROW(KVM_GET_DIRTY_LOG, VM, A_VM, .fill = fill_dirty_log),
	ROW(KVM_CLEAR_DIRTY_LOG, VM, A_VM, .fill = fill_clear_dirty_log),
	ROW(KVM_RESET_DIRTY_RINGS, VM, A_VM, .fill = fill_dirty_rings),
	ROW(KVM_SET_TSS_ADDR, VM, A_VM, .number = 0xfffbd000),
	ROW(KVM_SET_IDENTITY_MAP_ADDR, VM, A_VM, .fill = fill_identity_map),
	ROW(KVM_ENABLE_CAP, VM, A_VM, .fill = fill_user_space_msr),
	ROW(KVM_ENABLE_CAP, VM, A_VM, .fill = fill_split_irqchip),
	ROW(KVM_ENABLE_CAP, VM, A_VM, .fill = fill_dirty_ring),
	ROW(KVM_GET_CLOCK, VM, A_VM, .fill = fill_nothing),
	ROW(KVM_SET_CLOCK, VM, A_VM, .fill = fill_clock),
	ROW(KVM_CREATE_IRQCHIP, VM, A_VM),
	ROW(KVM_GET_IRQCHIP, VM, AN_IRQCHIP, .fill = fill_nothing),
	ROW(KVM_SET_IRQCHIP, VM, AN_IRQCHIP, .fill = fill_chip),
	ROW(KVM_IRQ_LINE, VM, AN_IRQCHIP, .fill = fill_line),
	ROW(KVM_IRQ_LINE_STATUS, VM, AN_IRQCHIP, .fill = fill_line),
	ROW(KVM_SIGNAL_MSI, VM, EVERYTHING, .fill = fill_msi),
	ROW(KVM_SET_GSI_ROUTING, VM, AN_IRQCHIP, .fill = fill_routing),
	ROW(KVM_CREATE_PIT, VM, AN_IRQCHIP),
	ROW(KVM_CREATE_PIT2, VM, AN_IRQCHIP, .fill = fill_nothing),
	ROW(KVM_GET_PIT, VM, EVERYTHING, .fill = fill_nothing),
	ROW(KVM_SET_PIT, VM, EVERYTHING, .get = KVM_GET_PIT),
	ROW(KVM_GET_PIT2, VM, EVERYTHING, .fill = fill_nothing),
	ROW(KVM_SET_PIT2, VM, EVERYTHING, .get = KVM_GET_PIT2),
	ROW(KVM_REINJECT_CONTROL, VM, EVERYTHING, .fill = fill_nothing),
	ROW(KVM_SET_BOOT_CPU_ID, VM, AN_IRQCHIP, .number = 1),
	ROW(KVM_X86_SET_MSR_FILTER, VM, A_VM, .fill = fill_filter),
	ROW(KVM_IRQFD, VM, EVERYTHING, .fill = fill_irqfd),
	ROW(KVM_IRQFD, VM, EVERYTHING, .fill = fill_irqfd_resample),
	ROW(KVM_IRQFD, VM, EVERYTHING, .fill = fill_irqfd_deassigned),
	ROW(KVM_IOEVENTFD, VM, EVERYTHING, .fill = fill_ioeventfd),
	ROW(KVM_IOEVENTFD, VM, EVERYTHING, .fill = fill_ioeventfd_deassigned),
	ROW(KVM_REGISTER_COALESCED_MMIO, VM, A_VM, .fill = fill_zone),
	ROW(KVM_UNREGISTER_COALESCED_MMIO, VM, A_VM, .fill = fill_zone_taken),

	ROW(KVM_RUN, VCPU, EVERYTHING, .runs = true),
	ROW(KVM_SET_SIGNAL_MASK, VCPU, A_VCPU, .fill = fill_signal_mask),
	ROW(KVM_GET_STATS_FD, VCPU, A_VCPU, .makes_file = true),
	ROW(KVM_GET_REGS, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_REGS, VCPU, A_VCPU, .get = KVM_GET_REGS),
	ROW(KVM_GET_SREGS, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_SREGS, VCPU, A_VCPU, .get = KVM_GET_SREGS),
	ROW(KVM_GET_SREGS2, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_SREGS2, VCPU, A_VCPU, .fill = fill_sregs2),
	ROW(KVM_SET_CPUID2, VCPU, A_VCPU, .fill = fill_supported_cpuid),
	ROW(KVM_GET_CPUID2, VCPU, EVERYTHING, .fill = fill_own_cpuid),
	ROW(KVM_GET_MSRS, VCPU, A_VCPU, .fill = fill_msrs),
	ROW(KVM_SET_MSRS, VCPU, A_VCPU, .fill = fill_set_msrs),
	ROW(KVM_GET_FPU, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_FPU, VCPU, A_VCPU, .get = KVM_GET_FPU),
	ROW(KVM_GET_XSAVE, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_GET_XSAVE2, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_XSAVE, VCPU, A_VCPU, .get = KVM_GET_XSAVE),
	ROW(KVM_GET_XCRS, VCPU, EVERYTHING, .fill = fill_nothing),
	ROW(KVM_SET_XCRS, VCPU, EVERYTHING, .get = KVM_GET_XCRS),
	ROW(KVM_GET_DEBUGREGS, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_DEBUGREGS, VCPU, A_VCPU, .get = KVM_GET_DEBUGREGS),
	ROW(KVM_TRANSLATE, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_GUEST_DEBUG, VCPU, A_VCPU, .fill = fill_guest_debug),
	ROW(KVM_GET_MP_STATE, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_MP_STATE, VCPU, A_VCPU, .get = KVM_GET_MP_STATE),
	ROW(KVM_GET_VCPU_EVENTS, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_SET_VCPU_EVENTS, VCPU, A_VCPU, .fill = fill_events),
	ROW(KVM_INTERRUPT, VCPU, A_VCPU, .fill = fill_interrupt),
	ROW(KVM_NMI, VCPU, A_VCPU),
	ROW(KVM_X86_SETUP_MCE, VCPU, A_VCPU, .fill = fill_setup_mce),
	ROW(KVM_X86_SET_MCE, VCPU, A_VCPU, .fill = fill_mce),
	ROW(KVM_KVMCLOCK_CTRL, VCPU, A_VCPU, .fill = fill_clock_page),
	ROW(KVM_ENABLE_CAP, VCPU, A_VCPU, .fill = fill_no_cap, .error = EINVAL),
	ROW(KVM_SET_TSC_KHZ, VCPU, A_VCPU),
	ROW(KVM_GET_TSC_KHZ, VCPU, A_VCPU),
	ROW(KVM_HAS_DEVICE_ATTR, VCPU, A_VCPU, .fill = fill_nothing),
	ROW(KVM_GET_DEVICE_ATTR, VCPU, A_VCPU, .fill = fill_attribute),
	ROW(KVM_SET_DEVICE_ATTR, VCPU, A_VCPU, .fill = fill_attribute),
	ROW(KVM_TPR_ACCESS_REPORTING, VCPU, EVERYTHING, .fill = fill_nothing),
	ROW(KVM_SET_VAPIC_ADDR, VCPU, EVERYTHING, .fill = fill_vapic),
	ROW(KVM_GET_LAPIC, VCPU, EVERYTHING, .fill = fill_nothing),
	ROW(KVM_SET_LAPIC, VCPU, EVERYTHING, .get = KVM_GET_LAPIC),
	{.name = NULL},
};

static void make_devices(struct context *c)
{
	struct kvm_pit_config config = {0};

	CHECK_OK(ioctl(c->vm.fd, KVM_CREATE_PIT2, &config));
	c->event = CHECK_OK(eventfd(0, EFD_NONBLOCK));
	c->other = CHECK_OK(eventfd(0, EFD_NONBLOCK));
}

static void make_vcpu(struct context *c)
{
	vm_load(&c->vm, guest_fault, guest_fault_end);
	c->cpu = vcpu_create(c->vm.fd, 0);
	if (c->made == EVERYTHING)
		vcpu_set_supported_cpuid(&c->cpu);
	vcpu_set_real_mode(&c->cpu);
}

static void make_argument(struct context *c, const struct fault_row *row)
{
	c->argument = row->number;
	if (!row->fill && !row->get)
		return;
	c->buffer = host_memory(BUFFER_SIZE);
	/* It is the ioctl that is to fail, not the page faults of its copies. */
	memset(c->buffer, 0, BUFFER_SIZE);
	c->argument = (uintptr_t)c->buffer;
	if (row->fill)
		row->fill(c);
	else
		CHECK_OK(ioctl(row->file == VM ? c->vm.fd : c->cpu.fd, row->get, c->buffer));
}

struct context context_make(const struct fault_row *row)
{
	struct context c = {.made = row->made, .device = kvm_open()};

	if (c.made >= A_VM)
		c.vm = vm_create();
	if (c.made == AN_IRQCHIP || c.made == EVERYTHING)
		CHECK_OK(ioctl(c.vm.fd, KVM_CREATE_IRQCHIP, 0));
	if (c.made == EVERYTHING)
		make_devices(&c);
	if (c.made >= A_VCPU)
		make_vcpu(&c);
	make_argument(&c, row);
	return c;
}

void context_free(struct context *c)
{
	if (c->buffer)
		CHECK_OK(munmap(c->buffer, BUFFER_SIZE));
	if (c->made == EVERYTHING) {
		CHECK_OK(close(c->event));
		CHECK_OK(close(c->other));
	}
	if (c->made >= A_VCPU)
		vcpu_destroy(&c->cpu);
	if (c->made >= A_VM)
		vm_destroy(&c->vm);
	CHECK_OK(close(c->device));
}
