// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kvm_probe.h"
#include "tool/command.h"

#define SECTION "device"

/* Where they are in no guest's way, for a processor without unrestricted guest. */
#define TSS_ADDR 0xfffbd000ul

static const char *open_advice(int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return "load a module that provides it: modprobe kvm_intel, or insmod lintel.ko; "
		       "in a "
		       "container, give it the device (--device /dev/kvm)";
	case EACCES:
	case EPERM:
		return "become a member of the device's group (usermod -aG GROUP USER), and log in "
		       "anew";
	case EBUSY:
		return "another hypervisor has the processors' VT-x: end its virtual machines";
	}
	return NULL;
}

/* Who may open it. */
static void tell_permissions(struct doctor *doctor)
{
	struct stat status;
	char *group;

	if (stat(doctor->device, &status))
		return;
	group = doctor_group_name(doctor, status.st_gid);
	doctor_tell(doctor, SECTION, "permissions", FINDING_FINE, NULL, "%04o, user %u, group %s",
		    (unsigned int)status.st_mode & 07777, (unsigned int)status.st_uid,
		    group ? group : "without a name");
	free(group);
}

void kvm_probe_open(struct kvm_probe *probe, struct doctor *doctor)
{
	int version;

	*probe = (struct kvm_probe){.device = -1, .vm = -1, .vcpu = -1};
	tell_permissions(doctor);
	probe->device = open(doctor->device, O_RDWR | O_CLOEXEC);
	if (probe->device < 0) {
		doctor_tell(doctor, SECTION, "open", FINDING_BAD, open_advice(errno), "%s: %s",
			    doctor->device, strerror(errno));
		return;
	}
	version = ioctl(probe->device, KVM_GET_API_VERSION, 0);
	if (version == KVM_API_VERSION) {
		doctor_tell(doctor, SECTION, "open", FINDING_FINE, NULL, "%s, API version %d",
			    doctor->device, version);
		return;
	}
	doctor_tell(doctor, SECTION, "open", FINDING_BAD, "is it a KVM device?",
		    "%s: KVM_GET_API_VERSION is %d, not %d", doctor->device, version,
		    KVM_API_VERSION);
	close(probe->device);
	probe->device = -1;
}

/* --- a guest of a few instructions ----------------------------------------- */

struct small_guest {
	int vm, vcpu;
	size_t run_size;
	struct kvm_run *run;
	unsigned char *page;
};

#define GUEST_PAGE    0x1000
#define GUEST_PORT    0x10
#define GUEST_SECONDS 5

/* In real mode: MOV AL, 2; ADD AL, 3; OUT 10H, AL; HLT. */
static const unsigned char guest_code[] = {0xb0, 0x02, 0x04, 0x03, 0xe6, GUEST_PORT, 0xf4};

/* gives: NULL, or what did not work (errno says why). */
static const char *create_guest(int device, struct small_guest *guest)
{
	struct kvm_userspace_memory_region slot = {.guest_phys_addr = GUEST_PAGE,
						   .memory_size = GUEST_PAGE};
	int size = ioctl(device, KVM_GET_VCPU_MMAP_SIZE, 0);

	if (size < (int)sizeof(struct kvm_run))
		return "KVM_GET_VCPU_MMAP_SIZE";
	guest->run_size = (size_t)size;
	guest->vm = ioctl(device, KVM_CREATE_VM, 0);
	if (guest->vm < 0)
		return "KVM_CREATE_VM";
	ioctl(guest->vm, KVM_SET_TSS_ADDR, TSS_ADDR);
	guest->page =
		mmap(NULL, GUEST_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guest->page == MAP_FAILED)
		return "memory for a guest";
	slot.userspace_addr = (uintptr_t)guest->page;
	if (ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &slot))
		return "KVM_SET_USER_MEMORY_REGION";
	guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	if (guest->vcpu < 0)
		return "KVM_CREATE_VCPU";
	guest->run =
		mmap(NULL, guest->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu, 0);
	return guest->run == MAP_FAILED ? "the page of struct kvm_run" : NULL;
}

static const char *set_start(const struct small_guest *guest)
{
	struct kvm_regs regs = {.rip = GUEST_PAGE, .rflags = 2};
	struct kvm_sregs sregs;

	memcpy(guest->page, guest_code, sizeof(guest_code));
	if (ioctl(guest->vcpu, KVM_GET_SREGS, &sregs))
		return "KVM_GET_SREGS";
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(guest->vcpu, KVM_SET_SREGS, &sregs))
		return "KVM_SET_SREGS";
	return ioctl(guest->vcpu, KVM_SET_REGS, &regs) ? "KVM_SET_REGS" : NULL;
}

static void be_interrupted(int signal)
{
}

/* A guest that hangs is one that does not run. */
static int run_for_a_while(const struct small_guest *guest)
{
	struct sigaction action = {.sa_handler = be_interrupted}, before;
	int result;

	sigaction(SIGALRM, &action, &before);
	alarm(GUEST_SECONDS);
	result = ioctl(guest->vcpu, KVM_RUN, 0);
	alarm(0);
	sigaction(SIGALRM, &before, NULL);
	return result;
}

/* What each bad end says, and what helps. */
static void tell_end(struct doctor *doctor, const struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_FAIL_ENTRY:
		doctor_tell(doctor, SECTION, "run", FINDING_BAD,
			    "the kernel's log has the VMCS: lintel check reads it; lintel explain "
			    "decodes the reason",
			    "KVM_EXIT_FAIL_ENTRY, hardware_entry_failure_reason 0x%llx",
			    run->fail_entry.hardware_entry_failure_reason);
		return;
	case KVM_EXIT_INTERNAL_ERROR:
		doctor_tell(doctor, SECTION, "run", FINDING_BAD, "see the kernel's log",
			    "KVM_EXIT_INTERNAL_ERROR, suberror %u", run->internal.suberror);
		return;
	default:
		doctor_tell(doctor, SECTION, "run", FINDING_BAD, NULL,
			    "the guest did something else than it should: KVM's exit %u",
			    run->exit_reason);
	}
}

static bool told_sum(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_IO && run->io.port == GUEST_PORT &&
	       run->io.direction == KVM_EXIT_IO_OUT &&
	       ((const unsigned char *)run)[run->io.data_offset] == 5;
}

/* Why KVM_RUN failed, or what it gave instead of what the guest does. */
static void tell_failure(struct doctor *doctor, int result, const struct kvm_run *run)
{
	if (!result)
		tell_end(doctor, run);
	else if (errno == EINTR)
		doctor_tell(doctor, SECTION, "run", FINDING_BAD, "see the kernel's log",
			    "a guest of four instructions is not through after %d seconds",
			    GUEST_SECONDS);
	else
		doctor_tell(doctor, SECTION, "run", FINDING_BAD, "see the kernel's log",
			    "KVM_RUN: %s", strerror(errno));
}

static void run_guest(const struct small_guest *guest, struct doctor *doctor)
{
	int result = run_for_a_while(guest);
	bool summed = !result && told_sum(guest->run);

	if (summed)
		result = run_for_a_while(guest);
	doctor->vm_runs = summed && !result && guest->run->exit_reason == KVM_EXIT_HLT;
	if (doctor->vm_runs)
		doctor_tell(doctor, SECTION, "run", FINDING_FINE, NULL,
			    "a virtual machine ran: four instructions, two exits");
	else
		tell_failure(doctor, result, guest->run);
}

void kvm_probe_run(const struct kvm_probe *probe, struct doctor *doctor)
{
	struct small_guest guest = {.vm = -1, .vcpu = -1, .run = MAP_FAILED, .page = MAP_FAILED};
	const char *failed = create_guest(probe->device, &guest);

	if (!failed)
		failed = set_start(&guest);
	if (failed)
		doctor_tell(doctor, SECTION, "run", FINDING_BAD,
			    errno == EBUSY ? open_advice(errno) : "see the kernel's log", "%s: %s",
			    failed, strerror(errno));
	else
		run_guest(&guest, doctor);
	if (guest.run != MAP_FAILED)
		munmap(guest.run, guest.run_size);
	if (guest.page != MAP_FAILED)
		munmap(guest.page, GUEST_PAGE);
	if (guest.vcpu >= 0)
		close(guest.vcpu);
	if (guest.vm >= 0)
		close(guest.vm);
}

/* --- what it has ------------------------------------------------------------ */

enum { CPUID_ENTRIES = 256, MSRS_MAX = 1024 };

static const char *fill_lists(struct kvm_probe *probe)
{
	probe->cpuid = command_alloc(1, sizeof(*probe->cpuid) +
						CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2));
	probe->cpuid->nent = CPUID_ENTRIES;
	if (ioctl(probe->device, KVM_GET_SUPPORTED_CPUID, probe->cpuid))
		return "KVM_GET_SUPPORTED_CPUID";
	probe->msrs = command_alloc(1, sizeof(*probe->msrs) + MSRS_MAX * sizeof(__u32));
	probe->msrs->nmsrs = MSRS_MAX;
	if (ioctl(probe->device, KVM_GET_MSR_INDEX_LIST, probe->msrs))
		return "KVM_GET_MSR_INDEX_LIST";
	return NULL;
}

/* As programs do that set machine-check MSRs: all of its banks. */
static void set_up_machine_checks(const struct kvm_probe *probe)
{
	int banks = ioctl(probe->device, KVM_CHECK_EXTENSION, KVM_CAP_MCE);
	__u64 cap;

	if (banks <= 0 || ioctl(probe->device, KVM_X86_GET_MCE_CAP_SUPPORTED, &cap))
		return;
	cap |= (__u64)banks;
	ioctl(probe->vcpu, KVM_X86_SETUP_MCE, &cap);
}

static const char *make_machine(struct kvm_probe *probe)
{
	probe->vm = ioctl(probe->device, KVM_CREATE_VM, 0);
	if (probe->vm < 0)
		return "KVM_CREATE_VM";
	ioctl(probe->vm, KVM_SET_TSS_ADDR, TSS_ADDR);
	/* A KVM that lacks this, or machine checks, is seen by what is then missing. */
	ioctl(probe->vm, KVM_CREATE_IRQCHIP, 0);
	probe->vcpu = ioctl(probe->vm, KVM_CREATE_VCPU, 0);
	if (probe->vcpu < 0)
		return "KVM_CREATE_VCPU";
	set_up_machine_checks(probe);
	return ioctl(probe->vcpu, KVM_SET_CPUID2, probe->cpuid) ? "KVM_SET_CPUID2" : NULL;
}

bool kvm_probe_prepare(struct kvm_probe *probe, struct doctor *doctor)
{
	const char *failed = fill_lists(probe);

	if (!failed)
		failed = make_machine(probe);
	if (failed)
		doctor_tell(doctor, SECTION, "prepare", FINDING_BAD, NULL, "%s: %s", failed,
			    strerror(errno));
	return !failed;
}

static const struct kvm_cpuid_entry2 *find_leaf(const struct kvm_probe *probe, u32 leaf)
{
	for (u32 i = 0; i < probe->cpuid->nent; i++)
		if (probe->cpuid->entries[i].function == leaf && !probe->cpuid->entries[i].index)
			return &probe->cpuid->entries[i];
	return NULL;
}

static bool has_bit(const struct kvm_probe *probe, const struct vmm_need *need)
{
	const struct kvm_cpuid_entry2 *entry = find_leaf(probe, need->number);
	const u32 *registers = entry ? &entry->eax : NULL;

	return registers && registers[need->reg] >> need->value & 1;
}

static bool is_listed(const struct kvm_probe *probe, u32 msr)
{
	for (u32 i = 0; i < probe->msrs->nmsrs; i++)
		if (probe->msrs->indices[i] == msr)
			return true;
	return false;
}

static bool takes(const struct kvm_probe *probe, const struct vmm_need *need)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} one = {.head.nmsrs = 1, .entry = {.index = need->number, .data = need->value}};

	return ioctl(probe->vcpu, KVM_SET_MSRS, &one) == 1;
}

bool kvm_probe_meets(const struct kvm_probe *probe, const struct vmm_need *need)
{
	switch ((enum vmm_need_kind)need->kind) {
	case NEED_CAPABILITY:
		return ioctl(probe->device, KVM_CHECK_EXTENSION, (long)need->number) >=
		       (long)need->value;
	case NEED_LEAF:
		return find_leaf(probe, need->number);
	case NEED_BIT:
		return has_bit(probe, need);
	case NEED_LISTED:
		return is_listed(probe, need->number);
	case NEED_SETTABLE:
		return takes(probe, need);
	}
	return false;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void kvm_probe_close(struct kvm_probe *probe)
{
	close_if_open(probe->vcpu);
	close_if_open(probe->vm);
	close_if_open(probe->device);
	free(probe->cpuid);
	free(probe->msrs);
}
