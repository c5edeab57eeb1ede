/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The KVM API as this command uses it: every call checked, every failure said in words.
 * Works on any implementation of the API; nothing here knows which one answers.
 */
#ifndef VMM_KVM_H
#define VMM_KVM_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kvm {
	const char *device;  /* path of the device, for messages */
	int fd;		     /* the device */
	int vm;		     /* the one VM of this process */
	size_t run_size;     /* bytes of a vCPU's struct kvm_run mapping */
	bool immediate_exit; /* KVM_CAP_IMMEDIATE_EXIT */
};

/* Opens @device and creates a VM on it.  0, or -1 after saying why. */
int kvm_open(struct kvm *kvm, const char *device);
void kvm_close(struct kvm *kvm);

/*
 * One ioctl, retried after EINTR.  Returns its result, or -1 after a message that names @what.
 * KVM_RUN does not belong here: there EINTR is an answer.
 */
int kvm_call(int fd, unsigned long request, void *arg, const char *what);

/* KVM_CHECK_EXTENSION on the VM: the value of @cap, 0 if it is unknown. */
int kvm_capability(const struct kvm *kvm, int cap);

/*
 * The CPUID leaves the hypervisor can show, in memory to be freed by the caller, with room for
 * @room entries more;
 * NULL after saying why.
 */
struct kvm_cpuid2 *kvm_supported_cpuid(const struct kvm *kvm, uint32_t room);

#endif
