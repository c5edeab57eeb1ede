// SPDX-License-Identifier: GPL-2.0
#include "io/fixture.h"
#include "life/life.h"

struct vm io_vm;
struct vcpu io_vcpu = {.vm = &io_vm};

void io_open(void)
{
	sim_reset();
	memset(&io_vm, 0, sizeof(io_vm));
	EXPECT_EQ(vm_init(&io_vm), 0);
}

void io_close(void)
{
	vm_destroy(&io_vm);
	EXPECT_EQ(sim_leaks(), 0);
}

bool io_write(enum bus_kind kind, u64 address, unsigned int length, u64 value)
{
	int ticket = host_srcu_read_lock(&io_vm.srcu);
	bool taken = bus_write(&io_vcpu, kind, address, length, &value);

	host_srcu_read_unlock(&io_vm.srcu, ticket);
	return taken;
}

bool io_read(enum bus_kind kind, u64 address, unsigned int length, void *data)
{
	int ticket = host_srcu_read_lock(&io_vm.srcu);
	bool taken = bus_read(&io_vcpu, kind, address, length, data);

	host_srcu_read_unlock(&io_vm.srcu, ticket);
	return taken;
}

bool io_has_device(enum bus_kind kind, u64 address)
{
	int ticket = host_srcu_read_lock(&io_vm.srcu);
	bool has = bus_has_device(&io_vcpu, kind, address);

	host_srcu_read_unlock(&io_vm.srcu, ticket);
	return has;
}
