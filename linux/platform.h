/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the kernel module know of each other.
 */
#ifndef LINTEL_LINUX_PLATFORM_H
#define LINTEL_LINUX_PLATFORM_H

#include <linux/fs.h>
#include "api/api.h"
#include "cap/cap.h"
#include "vcpu/vcpu.h"
#include "vm.h"

#undef pr_fmt
#define pr_fmt(fmt) "lintel: " fmt

/* --- capability.c --- */

/* The raw capability MSRs of the processor that Lintel was loaded on. */
extern struct vmx_cap_msrs capability_msrs;

/* Fill vmcs_config and vmx_capability from this processor, and check every online CPU against
 * them; says in the log what is missing.  -EOPNOTSUPP, -EBUSY, -EIO. */
int hardware_setup(void);

/* Does the CPU that this runs on agree?  Says each difference.  -EIO.  Callers take turns (CPU
 * hotplug and resume do).  Atomic. */
int check_processor_compat(void);

/* --- vmx_cpu.c --- */

/* VMXON regions, CPU hotplug, suspend, reboot and crash.  After hardware_setup().  -ENOMEM,
 * -EBUSY, -EIO. */
int vmx_cpu_init(void);
void vmx_cpu_exit(void);

/* A VM begins: with the first, every CPU enters VMX operation.  -EIO, -EBUSY, -ESHUTDOWN. */
int vmx_cpu_get(void);
/* A VM is gone: with the last, every CPU leaves VMX operation. */
void vmx_cpu_put(void);

/* Is this CPU in VMX operation?  It is wherever a vCPU's thread runs, until host_vmx_ended(). */
bool vmx_cpu_on(void);

/* --- schedule.c --- */

/* No vCPU begins to work from now on: wait until none does, but no longer than so.  May sleep. */
void vcpus_wait(unsigned int milliseconds);

/* --- timer.c --- */

/* May the VMX-preemption timer be used on this processor? */
void timer_init(void);

/* --- guest_samples.c --- */

/* A VM begins, a VM is gone: as long as there is one, perf asks whether a sample is a guest's.
 * Without locks; may sleep. */
void guest_samples_get(void);
void guest_samples_put(void);

/* --- host_state.c --- */

/* Note what of this CPU's state never changes.  Interrupts off. */
void host_state_init_cpu(void);

/* --- entry.S --- */

enum vmx_status vmx_enter_guest(u64 regs[REG_COUNT], u64 *host_rsp, bool resume, s64 spec_ctrl);
extern const u8 vmx_exit_point[];

/* --- fpu.c --- */

void fpu_init(void);

/* --- cpu.c --- */

int cpu_kick_init(void);
void cpu_kick_exit(void);

/* --- device.c, vm_file.c, vcpu_file.c, ioctl.c, compat_ioctl.c --- */

int kvm_device_register(const char *name);
void kvm_device_unregister(void);

/* KVM_CREATE_VM: the new file's descriptor, or an errno. */
int vm_file_create(unsigned long type);
void vm_get(struct vm *vm);
void vm_put(struct vm *vm);

/* KVM_CREATE_VCPU.  vm->lock is held. */
int vcpu_file_create(struct vm *vm, unsigned long id);
/* The memory of a vCPU that nobody refers to any more. */
void vcpu_release_memory(struct vcpu *vcpu);

/* Carry out one ioctl of the table that has a function there: copy, lock, call, copy back. */
typedef long ioctl_carrier_t(struct vm *vm, struct vcpu *vcpu, unsigned long argument);

struct ioctl_carrier {
	u32 number;
	ioctl_carrier_t *carry;
};
extern const struct ioctl_carrier ioctl_carriers[][IOCTL_SLOTS];

/* NULL: not an ioctl of that kind of file, or the platform's own. */
static inline ioctl_carrier_t *ioctl_carrier(enum ioctl_scope scope, u32 number)
{
	const struct ioctl_carrier *carrier = &ioctl_carriers[scope][IOCTL_SLOT(number)];

	return carrier->number == number ? carrier->carry : NULL;
}

/* An ioctl of a VM's with an argument in the kernel's memory, of which nothing goes back. */
long ioctl_call_data(const struct ioctl_row *row, struct vm *vm, void *data);
/* An ioctl of a VM from a 32-bit program.  -ENOIOCTLCMD: it is that of any program. */
long ioctl_call_compat(struct vm *vm, unsigned int number, const void __user *argument);

#define VCPU_MMAP_PAGES 3 /* struct kvm_run; the data of KVM_EXIT_IO; the VM's coalesced writes */

/* --- stats_file.c --- */

/* KVM_GET_STATS_FD: the new file's descriptor, or an errno. */
int vm_stats_file_create(struct vm *vm);
int vcpu_stats_file_create(struct vcpu *vcpu);

/* --- work.c --- */

int work_init(void); /* -ENOMEM */
void work_exit(void);

/* --- fault.c --- */

int fault_init(void); /* -ENOMEM */
void fault_exit(void);

/* --- user_memory.c --- */

void user_memory_init(void);
int user_memory_attach(struct vm *vm);
void user_memory_detach(struct vm *vm);

/* --- measure.c --- */

extern const struct file_operations measure_fops;

/* --- debugfs.c --- */

void debugfs_init(void);
void debugfs_exit(void);
void debugfs_add_vm(struct vm *vm, int fd);
void debugfs_remove_vm(struct vm *vm);
void debugfs_add_vcpu(struct vcpu *vcpu);
/* The vCPU is about to be freed: its counts live on in the sums. */
void debugfs_count_ended(const struct vcpu *vcpu);

/* --- debugfs_kvm.c --- */

void debugfs_kvm_init(void);
void debugfs_kvm_exit(void);
/* Needs: vm->host.debugfs. */
void debugfs_kvm_add_vm(struct vm *vm);
/* Waits for those who read.  The VM need not have been added. */
void debugfs_kvm_remove_vm(struct vm *vm);

/* --- log.c --- */

extern bool log_debug; /* HOST_LOG_DEBUG goes to the log */

#endif
