// SPDX-License-Identifier: GPL-2.0
/*
 * The files that a program has of the KVM API: the device, VMs, vCPUs and their statistics.  A VM
 * lives until the last file of it and of its vCPUs is closed, and its vCPUs as long as it does.
 */
#include <string.h>

#include "file.h"
#include "vmx.h"
#include "api/stats_file.h"
#include "irq/irqchip.h"
#include "irq/irqfd.h"
#include "life/life.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"
#include "vcpu/vcpu.h"

#define MAX_FILES     2048
#define FIRST_FILE_FD 100 /* those of events come before: see event.c */

static struct sim_file files[MAX_FILES];
static struct vm *vms; /* all, the newest first */

struct sim_file *sim_file_find(int fd)
{
	if (fd < FIRST_FILE_FD || fd >= FIRST_FILE_FD + MAX_FILES ||
	    !files[fd - FIRST_FILE_FD].kind)
		return NULL;
	return &files[fd - FIRST_FILE_FD];
}

static int install(struct sim_file file)
{
	for (int i = 0; i < MAX_FILES; i++) {
		if (files[i].kind)
			continue;
		files[i] = file;
		if (file.vm)
			file.vm->host.files++;
		return FIRST_FILE_FD + i;
	}
	sim_panic("too many files of the KVM API");
}

static struct sim_file *file_of(int fd)
{
	struct sim_file *file = sim_file_find(fd);

	if (!file)
		sim_panic("%d is no file of the KVM API", fd);
	return file;
}

int sim_device_open(void)
{
	return install((struct sim_file){.kind = SIM_FILE_DEVICE});
}

struct vm *sim_file_vm(int fd)
{
	return file_of(fd)->vm;
}

struct vcpu *sim_file_vcpu(int fd)
{
	return file_of(fd)->vcpu;
}

void *sim_file_page(int fd, unsigned int page)
{
	struct vcpu *vcpu = sim_file_vcpu(fd);
	void *const pages[SIM_VCPU_PAGES] = {vcpu->run, vcpu->pio_data, vcpu->vm->coalesced.ring};

	return page < SIM_VCPU_PAGES ? pages[page] : dirty_ring_page(vcpu, page);
}

/* --- The life of a VM --- */

/* The process's memory changes for all of its VMs. */
static void notify_begin(void *argument, u64 start, u64 end)
{
	for (struct vm *vm = vms; vm; vm = vm->host.next)
		ept_invalidate_begin(vm, start, end, false);
}

static void notify_end(void *argument, u64 start, u64 end)
{
	for (struct vm *vm = vms; vm; vm = vm->host.next)
		ept_invalidate_end(vm, start, end);
}

/* VMX operation lasts from the first VM to the last. */
static void vm_link(struct vm *vm)
{
	if (!vms)
		sim_user_set_notifier(notify_begin, notify_end, NULL);
	vm->host.next = vms;
	vms = vm;
}

static void vm_unlink(const struct vm *vm)
{
	struct vm **at = &vms;

	while (*at != vm)
		at = &(*at)->host.next;
	*at = vm->host.next;
	if (!vms)
		sim_user_set_notifier(NULL, NULL, NULL);
}

int sim_file_create_vm(u64 type)
{
	struct vm *vm;
	int error;

	if (type)
		return -EINVAL;
	if (sim_guests_stopped())
		return -ESHUTDOWN;
	vm = host_zalloc(sizeof(*vm));
	if (!vm)
		return -ENOMEM;
	error = vm_init(vm);
	if (error) {
		host_free(vm);
		return error;
	}
	if (!vms)
		sim_vmxon_all();
	vm_link(vm);
	return install((struct sim_file){.kind = SIM_FILE_VM, .vm = vm});
}

static void vcpu_free_memory(struct vcpu *vcpu)
{
	host_free_pages(vcpu->run, 0);
	host_free_pages(vcpu->pio_data, 0);
	host_free(vcpu);
}

static void vcpus_destroy(struct vm *vm)
{
	struct vcpu *vcpu;

	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));) {
		vmx_free_vcpu(vcpu);
		vcpu_free_memory(vcpu);
	}
}

static void vm_end(struct vm *vm)
{
	vm_unlink(vm);
	ept_unmap_all(vm);
	irqfds_destroy(vm);
	irqchip_destroy(vm);
	vcpus_destroy(vm);
	vm_destroy(vm);
	host_free(vm);
	if (!vms)
		sim_vmxoff_all();
}

void sim_file_close(int fd)
{
	struct sim_file *file = file_of(fd);
	struct vm *vm = file->vm;

	memset(file, 0, sizeof(*file));
	if (vm && !--vm->host.files)
		vm_end(vm);
}

/* --- The life of a vCPU --- */

static int vcpu_create(struct vm *vm, u32 id, struct vcpu **created)
{
	struct vcpu *vcpu = host_zalloc(sizeof(*vcpu));
	int error = -ENOMEM;

	if (!vcpu)
		return -ENOMEM;
	vcpu->run = host_alloc_pages(0);
	vcpu->pio_data = host_alloc_pages(0);
	if (vcpu->run && vcpu->pio_data)
		error = vmx_create_vcpu(vm, vcpu, id);
	if (error)
		vcpu_free_memory(vcpu);
	*created = vcpu;
	return error;
}

int sim_file_create_vcpu(struct vm *vm, u64 id)
{
	struct vcpu *vcpu;
	int error;

	if (!vm_vcpu_id_valid(vm, id))
		return -EINVAL;
	if (vm->vcpus[id])
		return -EEXIST;
	error = vcpu_create(vm, (u32)id, &vcpu);
	if (error)
		return error;
	vm_add_vcpu(vm, vcpu);
	return install((struct sim_file){.kind = SIM_FILE_VCPU, .vm = vm, .vcpu = vcpu});
}

/* --- Statistics --- */

int sim_file_create_stats(struct vm *vm, struct vcpu *vcpu)
{
	return install((struct sim_file){.kind = SIM_FILE_STATS, .vm = vm, .vcpu = vcpu});
}

long sim_file_read(int fd, u64 offset, void *to, size_t size)
{
	const struct sim_file *file = file_of(fd);
	size_t whole;
	u8 *all;

	if (file->kind != SIM_FILE_STATS)
		return -EINVAL;
	whole = stats_file_size(file->vcpu);
	if (offset >= whole)
		return 0;
	if (size > whole - offset)
		size = whole - offset;
	all = host_zalloc(whole);
	if (!all)
		return -ENOMEM;
	stats_file_write(file->vm, file->vcpu, all);
	memcpy(to, all + offset, size);
	host_free(all);
	return (long)size;
}

void sim_file_reset(void)
{
	memset(files, 0, sizeof(files));
	vms = NULL;
}
