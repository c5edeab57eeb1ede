// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupt controllers and the timer of a hostile guest with a hostile user space: any access
 * to any of their registers, any state, any lines and messages, in any order, while time passes.
 */
#include <stdlib.h>
#include <string.h>

#include "io/bus.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "sim.h"
#include "life/life.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#define VCPUS 2

/* What is left of the fuzzer's bytes; zeros when there are none. */
struct input {
	const u8 *data;
	size_t size;
};

static u64 take(struct input *input, unsigned int bytes)
{
	u64 value = 0;

	while (bytes--) {
		value <<= 8;
		if (input->size) {
			input->size--;
			value |= *input->data++;
		}
	}
	return value;
}

static void take_bytes(struct input *input, void *to, size_t size)
{
	memset(to, (int)take(input, 1), size);
	for (u64 i = take(input, 1) & 15; i > 0; i--)
		((u8 *)to)[take(input, 2) % size] = (u8)take(input, 1);
}

static const u16 ports[] = {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61};

static void access(struct vcpu *vcpu, struct input *input)
{
	u8 what = (u8)take(input, 1);
	unsigned int length = 1u << (what & 3);
	enum bus_kind kind = what & 4 ? BUS_MMIO : BUS_PIO;
	u64 address = kind == BUS_MMIO ? 0xfec00000 + take(input, 1)
				       : ports[take(input, 1) % COUNT_OF(ports)];
	u8 data[8];

	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = what & 16 ? (u8)take(input, 1) : 0;
	if (what & 8)
		bus_read(vcpu, kind, address, length, data);
	else
		bus_write(vcpu, kind, address, length, data);
}

/* The index and the window in one step: what by chance is rare. */
static void ioapic_write(struct vcpu *vcpu, struct input *input)
{
	u32 index = (u32)take(input, 1) & 0x3f, value = (u32)take(input, 4);

	bus_write(vcpu, BUS_MMIO, 0xfec00000, 4, &index);
	bus_write(vcpu, BUS_MMIO, 0xfec00010, 4, &value);
}

static void lapic_step(struct vcpu *vcpu, struct input *input)
{
	const u32 zero = 0;
	int vector = lapic_pending_vector(vcpu);

	if (vector >= 0)
		lapic_acknowledge(vcpu, (u8)vector);
	if (take(input, 1) & 1)
		lapic_mmio_write(vcpu, 0xfee000b0, 4, &zero);
}

/* KVM_GET_IRQCHIP says something that KVM_SET_IRQCHIP makes the same of: a VM that moves. */
static void check_chip(struct vm *vm, u32 id)
{
	struct kvm_irqchip one = {.chip_id = id}, other = {.chip_id = id};

	MUST(!irqchip_state_get(vm, &one));
	MUST(!irqchip_state_set(vm, &one));
	MUST(!irqchip_state_get(vm, &other));
	MUST(!memcmp(&one, &other, sizeof(one)));
}

static void check_pit(struct vm *vm)
{
	struct kvm_pit_state2 one = {0}, other = {0};

	MUST(!pit_state_get(vm, &one));
	MUST(!pit_state_set(vm, &one));
	MUST(!pit_state_get(vm, &other));
	/* Counting begins anew. */
	for (unsigned int i = 0; i < COUNT_OF(one.channels); i++)
		one.channels[i].count_load_time = other.channels[i].count_load_time;
	MUST(!memcmp(&one, &other, sizeof(one)));
}

static void set_state(struct vm *vm, struct input *input)
{
	struct kvm_irqchip chip;
	struct kvm_pit_state2 pit;

	take_bytes(input, &chip, sizeof(chip));
	chip.chip_id = (u32)take(input, 1) & 3;
	if (chip.chip_id == 3) {
		take_bytes(input, &pit, sizeof(pit));
		MUST(!pit_state_set(vm, &pit));
		check_pit(vm);
	} else {
		MUST(!irqchip_state_set(vm, &chip));
		check_chip(vm, chip.chip_id);
	}
}

/* Of whatever state the chips have come to. */
static void check_states(struct vm *vm)
{
	for (u32 id = 0; id < 3; id++)
		check_chip(vm, id);
	check_pit(vm);
}

static void step(struct vm *vm, struct vcpu *vcpus, struct input *input)
{
	u8 what = (u8)take(input, 1);
	struct vcpu *vcpu = &vcpus[what >> 7];

	switch (what & 15) {
	case 0:
		set_state(vm, input);
		break;
	case 1:
		pit_reinject_set(vm, what & 16);
		break;
	case 2:
		irq_msi_send(vm, take(input, 5), (u32)take(input, 4));
		break;
	case 3:
		if (pic_output(vm))
			pic_acknowledge(vcpu);
		if (pin_news_exist(&vcpu->pin_news))
			irqchip_tell_news(vcpu);
		break;
	case 4:
		lapic_step(vcpu, input);
		break;
	case 5:
	case 6:
		irq_line_set(vm, (u32)take(input, 1) & 31, what & 16, IRQ_SOURCE_USER);
		break;
	case 7:
	case 8:
		ioapic_write(vcpu, input);
		break;
	default:
		access(vcpu, input);
	}
}

static void add_vcpu(struct vm *vm, struct vcpu *vcpu, u32 id)
{
	const u32 svr = 0x1ff, extint = 0x700;

	memset(vcpu, 0, sizeof(*vcpu));
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->apic_base = 0xfee00800;
	MUST(!lapic_vcpu_init(vcpu));
	lapic_mmio_write(vcpu, 0xfee000f0, 4, &svr);
	lapic_mmio_write(vcpu, 0xfee00350, 4, &extint);
	host_mutex_lock(&vm->lock);
	vm_add_vcpu(vm, vcpu);
	host_mutex_unlock(&vm->lock);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct vm vm;
	static struct vcpu vcpus[VCPUS];
	struct input input = {data, size};
	int ticket;

	sim_reset();
	memset(&vm, 0, sizeof(vm));
	MUST(!vm_init(&vm));
	MUST(!irqchip_create(&vm));
	MUST(!pit_create(&vm, KVM_PIT_SPEAKER_DUMMY));
	ticket = host_srcu_read_lock(&vm.srcu);
	for (u32 id = 0; id < VCPUS; id++)
		add_vcpu(&vm, &vcpus[id], id);
	while (input.size) {
		step(&vm, vcpus, &input);
		sim_advance_time(take(&input, 1) << 12);
	}
	check_states(&vm);
	host_srcu_read_unlock(&vm.srcu, ticket);
	/* What a guest does is not for the log. */
	MUST(!*sim_log_text());
	irqchip_destroy(&vm);
	for (u32 id = 0; id < VCPUS; id++)
		lapic_vcpu_destroy(&vcpus[id]);
	vm_destroy(&vm);
	MUST(!sim_timers_armed());
	MUST(!sim_leaks());
	return 0;
}
