// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kvm.h"
#include "words/say.h"

/*
 * Where the pages go that a processor without unrestricted guest needs: just below 4 GiB, in
 * the hole, where neither RAM nor a device of ours is.
 */
#define IDENTITY_MAP_ADDR 0xfffbc000ull
#define TSS_ADDR	  0xfffbd000ull

/* Enough for any processor known; the protocol only needs an end. */
#define CPUID_ENTRIES_MAX 4096

int kvm_call(int fd, unsigned long request, void *arg, const char *what)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return say_errno(NULL, "%s", what);
	return ret;
}

static const char *open_hint(void)
{
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return "load a module that provides it (modprobe kvm_intel, or insmod lintel.ko), "
		       "or name another device with --device";
	case EACCES:
	case EPERM:
		return "run as root or as a member of the device's group";
	case EBUSY:
		return "another hypervisor has the processors' VT-x; unload it";
	default:
		return "is it a KVM device?";
	}
}

static int kvm_check_version(const struct kvm *kvm)
{
	int version = ioctl(kvm->fd, KVM_GET_API_VERSION, 0);

	if (version < 0)
		return say_errno("is it a KVM device? name one with --device",
				 "KVM_GET_API_VERSION on %s", kvm->device);
	if (version != KVM_API_VERSION)
		return say_error("this command needs another kernel",
				 "%s speaks version %d of the KVM API, not %d", kvm->device,
				 version, KVM_API_VERSION);
	return 0;
}

static int kvm_create_vm(struct kvm *kvm)
{
	uint64_t identity = IDENTITY_MAP_ADDR;

	kvm->vm = kvm_call(kvm->fd, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
	if (kvm->vm < 0)
		return -1;
	kvm->immediate_exit = kvm_capability(kvm, KVM_CAP_IMMEDIATE_EXIT) > 0;
	if (kvm_capability(kvm, KVM_CAP_SET_IDENTITY_MAP_ADDR) > 0 &&
	    kvm_call(kvm->vm, KVM_SET_IDENTITY_MAP_ADDR, &identity, "KVM_SET_IDENTITY_MAP_ADDR"))
		return -1;
	return kvm_call(kvm->vm, KVM_SET_TSS_ADDR, (void *)TSS_ADDR, "KVM_SET_TSS_ADDR");
}

int kvm_open(struct kvm *kvm, const char *device)
{
	int size;

	*kvm = (struct kvm){.device = device, .fd = -1, .vm = -1};
	kvm->fd = open(device, O_RDWR | O_CLOEXEC);
	if (kvm->fd < 0)
		return say_errno(open_hint(), "cannot open %s", device);
	if (kvm_check_version(kvm))
		return -1;
	size = kvm_call(kvm->fd, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
	if (size < 0)
		return -1;
	if ((size_t)size < sizeof(struct kvm_run))
		return say_error("the hypervisor is broken", "KVM_GET_VCPU_MMAP_SIZE: %d bytes",
				 size);
	kvm->run_size = size;
	return kvm_create_vm(kvm);
}

void kvm_close(struct kvm *kvm)
{
	if (kvm->vm >= 0)
		close(kvm->vm);
	if (kvm->fd >= 0)
		close(kvm->fd);
}

int kvm_capability(const struct kvm *kvm, int cap)
{
	int value = ioctl(kvm->vm, KVM_CHECK_EXTENSION, (long)cap);

	if (value < 0) /* asking the VM is newer than asking the device */
		value = ioctl(kvm->fd, KVM_CHECK_EXTENSION, (long)cap);
	return value < 0 ? 0 : value;
}

struct kvm_cpuid2 *kvm_supported_cpuid(const struct kvm *kvm, uint32_t room)
{
	uint32_t entries;

	for (entries = 64; entries <= CPUID_ENTRIES_MAX; entries *= 2) {
		size_t size = sizeof(struct kvm_cpuid2) +
			      (entries + room) * sizeof(struct kvm_cpuid_entry2);
		struct kvm_cpuid2 *cpuid = calloc(1, size);

		if (!cpuid)
			break;
		cpuid->nent = entries;
		if (!ioctl(kvm->fd, KVM_GET_SUPPORTED_CPUID, cpuid))
			return cpuid;
		free(cpuid);
		if (errno != E2BIG)
			break;
	}
	say_errno("no CPUID leaves, no guest", "KVM_GET_SUPPORTED_CPUID");
	return NULL;
}
