// SPDX-License-Identifier: GPL-2.0
#include "io/fixture.h"

struct fixture *io;

void io_open(void)
{
	io = FIXTURE(.vcpus = 1);
}

bool io_write(enum bus_kind kind, u64 address, unsigned int length, u64 value)
{
	int ticket = host_srcu_read_lock(&io->vm.srcu);
	bool taken = bus_write(io->vcpu, kind, address, length, &value);

	host_srcu_read_unlock(&io->vm.srcu, ticket);
	return taken;
}

bool io_read(enum bus_kind kind, u64 address, unsigned int length, void *data)
{
	int ticket = host_srcu_read_lock(&io->vm.srcu);
	bool taken = bus_read(io->vcpu, kind, address, length, data);

	host_srcu_read_unlock(&io->vm.srcu, ticket);
	return taken;
}

bool io_has_device(enum bus_kind kind, u64 address)
{
	int ticket = host_srcu_read_lock(&io->vm.srcu);
	bool has = bus_has_device(io->vcpu, kind, address);

	host_srcu_read_unlock(&io->vm.srcu, ticket);
	return has;
}
