// SPDX-License-Identifier: GPL-2.0
/* What guests do to memory, to devices in it, and to ports; and the device's part. */
#include "facts/exit_reason.h"
#include "operations.h"

#define PORT	   0x510
#define PORT_SERVE 0x520 /* and one for each further line */

static u32 mask_of(unsigned int size)
{
	return size == 4 ? ~(u32)0 : BIT32(size * 8) - 1;
}

/* --- memory --- */

void op_address_any(struct guest *guest, struct instruction *now)
{
	now->address = (u32)memory_any_address(guest->id, now->operation->size);
	now->value = (u32)sim_random();
	now->before = now->value;
	set_register(guest, REG_RSI, now->address);
	set_register(guest, REG_RAX, now->value);
}

static unsigned int in_page(u32 address, unsigned int size)
{
	unsigned int room = LINTEL_PAGE_SIZE - address % LINTEL_PAGE_SIZE;

	return size < room ? size : room;
}

static bool read_bytes(struct guest *guest, u32 address, u8 *to, unsigned int size)
{
	unsigned int first = in_page(address, size);

	return sim_guest_read(guest->vcpu, address, to, first) &&
	       (first == size ||
		sim_guest_read(guest->vcpu, address + first, to + first, size - first));
}

static bool write_bytes(struct guest *guest, u32 address, const u8 *from, unsigned int size)
{
	unsigned int first = in_page(address, size);

	/* The second page first: nothing is done where it exits. */
	if (first < size &&
	    !sim_guest_write(guest->vcpu, address + first, from + first, size - first))
		return false;
	if (!sim_guest_write(guest->vcpu, address, from, first)) {
		for (unsigned int i = first; i < size; i++)
			memory_written(address + i, from[i]);
		return false;
	}
	for (unsigned int i = 0; i < size; i++)
		memory_written(address + i, from[i]);
	return true;
}

static u8 byte_that_was(const struct instruction *now, unsigned int i)
{
	return now->from_device[i] ? now->device[i] : memory_expected(now->address + i);
}

static bool may_be_memory(const struct instruction *now, unsigned int i)
{
	return memory_hva(now->address + i);
}

static void check_loaded(struct guest *guest, const struct instruction *now)
{
	unsigned int size = now->operation->size;
	u32 got = (u32)guest->vcpu->regs[REG_RAX];

	for (unsigned int i = 0; i < size; i++)
		if ((u8)(got >> 8 * i) != byte_that_was(now, i))
			guest_broken(guest, "at 0x%x it read 0x%x, and there is 0x%x",
				     now->address + i, (u8)(got >> 8 * i), byte_that_was(now, i));
	if ((got ^ now->before) & ~mask_of(size))
		guest_broken(guest, "a load of %u bytes changed others", size);
}

bool op_load(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u32 mask = mask_of(now->operation->size), value = 0;

	if (!read_bytes(guest, now->address, (u8 *)&value, now->operation->size))
		return false;
	set_register(guest, REG_RAX, (now->before & ~mask) | value);
	check_loaded(guest, now);
	guest_next(guest);
	return false;
}

/* What the processor has read is checked: by now the process may have put something else there. */
void op_load_end(struct guest *guest, struct instruction *now)
{
	if (now->native)
		return;
	for (unsigned int i = 0; i < now->operation->size; i++)
		if (!now->from_device[i] && !may_be_memory(now, i))
			guest_broken(guest, "the device at 0x%x was not asked", now->address + i);
	check_loaded(guest, now);
}

bool op_store(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	if (write_bytes(guest, now->address, (u8 *)&now->value, now->operation->size))
		guest_next(guest);
	return false;
}

void op_store_end(struct guest *guest, struct instruction *now)
{
	for (unsigned int i = 0; !now->native && i < now->operation->size; i++) {
		if (now->to_device[i])
			continue;
		if (!may_be_memory(now, i))
			guest_broken(guest, "the device at 0x%x was not told", now->address + i);
		else
			memory_written(now->address + i, (u8)(now->value >> 8 * i));
	}
}

bool op_add(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u32 old = 0;

	if (!read_bytes(guest, now->address, (u8 *)&old, 4) ||
	    !write_bytes(guest, now->address, (u8 *)&old, 4))
		return false;
	for (unsigned int i = 0; i < 4; i++)
		if ((u8)(old >> 8 * i) != memory_expected(now->address + i))
			guest_broken(guest, "0x%x is not what was there", old);
	old += now->value;
	write_bytes(guest, now->address, (u8 *)&old, 4);
	guest_next(guest);
	return false;
}

/* What was there was noted when the device was asked; or it is all memory. */
static u32 sum_of(const struct instruction *now)
{
	u32 old = 0;

	for (unsigned int i = 0; i < 4; i++)
		old |= (u32)byte_that_was(now, i) << 8 * i;
	return old + now->value;
}

void op_add_end(struct guest *guest, struct instruction *now)
{
	u32 sum = now->native ? 0 : sum_of(now);

	for (unsigned int i = 0; !now->native && i < 4; i++)
		if (!now->to_device[i])
			memory_written(now->address + i, (u8)(sum >> 8 * i));
}

static u8 answer_of_device(void)
{
	return (u8)sim_random();
}

static u32 data_for_device(const struct instruction *now)
{
	return now->operation->execute == op_add ? sum_of(now) : now->value;
}

void operation_mmio(struct guest *guest)
{
	struct instruction *now = &guest->now;
	u64 gpa = guest->run->mmio.phys_addr, first = gpa - now->address;
	unsigned int length = guest->run->mmio.len;
	u8 *data = guest->run->mmio.data;

	if (!now->operation || first >= VALUE_BYTES || first + length > now->operation->size)
		guest_broken(guest, "a device is touched at 0x%llx, %u bytes", gpa, length);
	for (unsigned int i = 0; i < length; i++) {
		if (!guest->run->mmio.is_write)
			now->device[first + i] = data[i] = answer_of_device();
		else if (data[i] != (u8)(data_for_device(now) >> 8 * (first + i)))
			guest_broken(guest, "the device at 0x%llx is given 0x%x", gpa + i, data[i]);
	}
	for (unsigned int i = 0; i < length; i++)
		*(guest->run->mmio.is_write ? &now->to_device[first + i]
					    : &now->from_device[first + i]) = true;
}

/* --- ports --- */

void op_port_any(struct guest *guest, struct instruction *now)
{
	now->value = now->before = (u32)sim_random();
	now->address = PORT;
	set_register(guest, REG_RAX, now->value);
	set_register(guest, REG_RDX, now->address);
}

static bool port_exits(const struct instruction *now, struct sim_exit *exit, u64 direction)
{
	exit->qualification =
		(now->operation->size - 1u) | direction << 3 | (u64)now->address << 16;
	return exits(now, exit, EXIT_REASON_IO_INSTRUCTION);
}

bool op_in(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	return port_exits(now, exit, 1);
}

bool op_out(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	return port_exits(now, exit, 0);
}

void op_in_end(struct guest *guest, struct instruction *now)
{
	u32 mask = mask_of(now->operation->size), answer;
	u32 wanted;

	memcpy(&answer, now->device, sizeof(answer));
	wanted = (now->before & ~mask) | (answer & mask);
	if (guest->vcpu->regs[REG_RAX] != wanted || !now->from_device[0])
		guest_broken(guest, "RAX is 0x%llx, expected 0x%x", guest->vcpu->regs[REG_RAX],
			     wanted);
}

void op_out_end(struct guest *guest, struct instruction *now)
{
	if (!now->to_device[0])
		guest_broken(guest, "the port was not written");
}

/* The handler of a level-triggered line asks its devices. */
void op_serve_begin(struct guest *guest, struct instruction *now)
{
	op_port_any(guest, now);
	now->which = line_of(guest, guest->frame[guest->depth - 1].vector);
	now->address = PORT_SERVE + now->which;
	set_register(guest, REG_RDX, now->address);
}

void op_serve_end(struct guest *guest, struct instruction *now)
{
	op_out_end(guest, now);
	guest->frame[guest->depth - 1].served = true;
}

void operation_io(struct guest *guest)
{
	struct instruction *now = &guest->now;
	u8 *data = guest->vcpu->pio_data + (guest->run->io.data_offset - LINTEL_PAGE_SIZE);
	unsigned int size = guest->run->io.size;
	bool is_in = guest->run->io.direction == KVM_EXIT_IO_IN;

	if (!now->operation || now->operation->execute != (is_in ? op_in : op_out) ||
	    guest->run->io.port != now->address || size != now->operation->size ||
	    guest->run->io.count != 1)
		guest_broken(guest, "port 0x%x, %u bytes", guest->run->io.port, size);
	for (unsigned int i = 0; i < size; i++) {
		if (is_in)
			now->device[i] = data[i] = answer_of_device();
		else if (data[i] != (u8)(now->value >> 8 * i))
			guest_broken(guest, "the port is given 0x%x", data[i]);
		now->from_device[i] = is_in;
		now->to_device[i] = !is_in;
	}
	if (now->operation->begin == op_serve_begin)
		line_serve(now->which);
}
