// SPDX-License-Identifier: GPL-2.0
/*
 * An instruction that is known and meets a device with interrupts off: whatever it is and whatever
 * the exit says, it is left to the long way, or comes to what that makes of it.
 */
#include <stdlib.h>
#include <string.h>

#include "emulate/access.h"
#include "emulate/machine.h"
#include "exit/exit.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "sim.h"
#include "vcpu/state.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#define IN_KERNEL 0x80 /* the device is, from here on */

/* The bytes of the input; those that it does not have are 0, but user space's answer. */
#define OFFSET	  0 /* in the device */
#define KIND	  1
#define FLAGS	  2
#define CODE	  4
#define REGISTERS (CODE + INSN_MAX_LENGTH)
#define ANSWER	  (REGISTERS + REG_COUNT)
#define BYTES	  (ANSWER + sizeof(((struct kvm_run *)0)->mmio))

struct outcome {
	enum exit_action first, last;
	u32 reason;
	__typeof__(((struct kvm_run *)0)->mmio) mmio;
	u64 regs[REG_COUNT], rip, rflags, taken;
	struct vcpu_events events;
};

static struct machine *machine;
static u64 taken; /* what the device in the kernel was written, and asked for */

static void note(u64 address, unsigned int length, u64 value)
{
	taken = ((taken * 31 + address) * 31 + length) * 31 + value;
}

static bool device_read(struct bus_device *device, struct vcpu *vcpu, u64 address,
			unsigned int length, void *data)
{
	const u64 answer = 0x8182838485868788 + address;

	MUST(length >= 1 && length <= 8);
	memcpy(data, &answer, length);
	note(address, length, 0);
	return true;
}

static bool device_write(struct bus_device *device, struct vcpu *vcpu, u64 address,
			 unsigned int length, const void *data)
{
	u64 value = 0;

	MUST(length >= 1 && length <= 8);
	memcpy(&value, data, length);
	note(address, length, value);
	return true;
}

static void start(void)
{
	static struct bus_device device = {
		.start = MACHINE_DEVICE + IN_KERNEL,
		.length = 0x1000,
		.raw = true,
		.read = device_read,
		.write = device_write,
	};

	machine = machine_create(MODE_LONG);
	MACHINE_SLEEPING(machine, MUST(!bus_add(&machine->vm, BUS_MMIO, &device)));
}

static void set_memory(const u8 *in)
{
	machine_set_mode(machine, in[KIND] & 2 ? MODE_LONG57 : MODE_LONG);
	machine_map(machine, MACHINE_DEVICE + LINTEL_PAGE_SIZE, MACHINE_DEVICE + LINTEL_PAGE_SIZE,
		    7);
	machine_set_code(machine, in + CODE, INSN_MAX_LENGTH);
}

/* Registers that point to the device or near its pages' ends, and what the exit says. */
static void set_state(const u8 *in)
{
	struct vcpu *vcpu = &machine->vcpu;
	u64 offset = in[OFFSET] | (in[KIND] & 1 ? 0xf00 : 0);

	memset(vcpu->run, 0, sizeof(*vcpu->run));
	memset(&vcpu->events, 0, sizeof(vcpu->events));
	vcpu->complete = NULL;
	vcpu->requests = 0;
	taken = 0;
	vcpu_rip_write(vcpu, MACHINE_CODE);
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		vcpu_reg_write(vcpu, (enum vcpu_reg)reg,
			       in[REGISTERS + reg] & 0x80
				       ? in[REGISTERS + reg]
				       : MACHINE_DEVICE + offset - (in[REGISTERS + reg] & 0x1f));
	vcpu_rflags_write(vcpu, RFLAGS_FIXED | (in[FLAGS] & 0xd5) | (u64)(in[FLAGS + 1] & 5) << 8);
	vcpu->exit = (struct exit_info){
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = (in[KIND] & 4 ? EPT_VIOLATION_WRITE : EPT_VIOLATION_READ) |
				 EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL |
				 (in[KIND] & 8 ? EPT_VIOLATION_READ : 0),
		.gpa = MACHINE_DEVICE + offset,
		.gla = MACHINE_DEVICE + offset,
		.rip = MACHINE_CODE,
	};
}

static bool is_known(void)
{
	enum exit_action action;
	struct insn insn;

	memset(machine->vcpu.io->recalled, 0, sizeof(machine->vcpu.io->recalled));
	return emulate_fetch(&machine->vcpu, &insn, &action) &&
	       emulate_fetch(&machine->vcpu, &insn, &action) &&
	       recall_expects(&machine->vcpu, MACHINE_CODE);
}

/* User space answers with whatever there is. */
static void finish(struct outcome *outcome, const u8 *in)
{
	enum exit_action (*complete)(struct vcpu *) = machine->vcpu.complete;
	struct kvm_run *run = machine->vcpu.run;

	outcome->reason = run->exit_reason;
	if (outcome->first == ACTION_TO_USER && complete) {
		outcome->mmio = run->mmio;
		memcpy(&run->mmio, in + ANSWER, sizeof(run->mmio));
		machine->vcpu.complete = NULL;
		outcome->last = complete(&machine->vcpu);
	}
	vcpu_reg_read(&machine->vcpu, REG_RSP);
	memcpy(outcome->regs, machine->vcpu.regs, sizeof(outcome->regs));
	outcome->rip = vcpu_rip_read(&machine->vcpu);
	outcome->rflags = vcpu_rflags_read(&machine->vcpu);
	outcome->taken = taken;
	memcpy(&outcome->events, &machine->vcpu.events, sizeof(outcome->events));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct outcome quick, slow;
	u8 in[BYTES] = {0};

	memset(in + ANSWER, 0xa5, BYTES - ANSWER);
	memcpy(in, data, size < BYTES ? size : BYTES);
	if (!machine)
		start();
	sim_log_clear();
	memset(&quick, 0, sizeof(quick));
	memset(&slow, 0, sizeof(slow));
	set_memory(in);
	set_state(in);
	if (!is_known())
		return 0;
	set_state(in);
	quick.first = machine_answer_at_once(machine);
	if (quick.first == ACTION_LATER) {
		MUST(!taken && !machine->vcpu.complete);
		return 0;
	}
	finish(&quick, in);
	set_state(in);
	slow.first = exit_dispatch(&machine->vcpu);
	finish(&slow, in);
	MUST(!memcmp(&quick, &slow, sizeof(quick)));
	return 0;
}
