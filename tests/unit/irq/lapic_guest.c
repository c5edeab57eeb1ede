// SPDX-License-Identifier: GPL-2.0
#include "lapic_guest.h"
#include "cpuid/cpuid.h"

struct vcpu *apic_guest_add(struct fixture *g, u32 id)
{
	struct vcpu *vcpu = fixture_add_vcpu(g, id);
	struct kvm_cpuid_entry2 entry[CPUID_MAX_ENTRIES];
	unsigned int count = cpuid_supported(entry, CPUID_MAX_ENTRIES);

	for (unsigned int i = 0; i < count; i++)
		if (entry[i].function == 1)
			entry[i].ecx |= BIT32(24);
	EXPECT_EQ(cpuid_set(vcpu, entry, count), 0);
	apic_write(vcpu, LAPIC_SVR, 0x1ff);
	return vcpu;
}

struct fixture *apic_guest_create(unsigned int count)
{
	struct fixture *g = FIXTURE(.irqchip = true, .exiting = true, .prepared = true);

	for (u32 id = 0; id < count; id++)
		apic_guest_add(g, id);
	return g;
}

int apic_msr_read(struct vcpu *vcpu, u32 msr, u64 *value, bool from_host)
{
	int error;

	host_vcpu_get(vcpu);
	error = msr_read(vcpu, msr, value, from_host);
	host_vcpu_release(vcpu);
	return error;
}

int apic_msr_write(struct vcpu *vcpu, u32 msr, u64 value, bool from_host)
{
	int error;

	host_vcpu_get(vcpu);
	error = msr_write(vcpu, msr, value, from_host);
	host_vcpu_release(vcpu);
	return error;
}

u32 apic_read(struct vcpu *vcpu, u32 offset)
{
	u64 wide = 0;
	u32 value = 0;

	if (lapic_x2apic(vcpu)) {
		EXPECT_EQ(apic_msr_read(vcpu, 0x800 + offset / 16, &wide, false), 0);
		return (u32)wide;
	}
	lapic_mmio_read(vcpu, (vcpu->apic_base & ~0xfffull) + offset, 4, &value);
	return value;
}

void apic_write(struct vcpu *vcpu, u32 offset, u32 value)
{
	if (lapic_x2apic(vcpu))
		EXPECT_EQ(apic_msr_write(vcpu, 0x800 + offset / 16, value, false), 0);
	else
		lapic_mmio_write(vcpu, (vcpu->apic_base & ~0xfffull) + offset, 4, &value);
}

void apic_icr(struct vcpu *vcpu, u32 icr, u32 destination)
{
	if (lapic_x2apic(vcpu)) {
		EXPECT_EQ(apic_msr_write(vcpu, 0x830, icr | (u64)destination << 32, false), 0);
		return;
	}
	apic_write(vcpu, LAPIC_ICR2, destination << 24);
	apic_write(vcpu, LAPIC_ICR, icr);
}

void apic_x2apic_on(struct vcpu *vcpu)
{
	EXPECT_EQ(
		apic_msr_write(vcpu, MSR_IA32_APICBASE, vcpu->apic_base | APIC_BASE_X2APIC, false),
		0);
}

bool apic_has(struct vcpu *vcpu, u32 first, u8 vector)
{
	return apic_read(vcpu, first + vector / 32 * 16) & BIT32(vector % 32);
}

int apic_take(struct vcpu *vcpu)
{
	int vector = lapic_pending_vector(vcpu);

	if (vector >= 0)
		lapic_acknowledge(vcpu, (u8)vector);
	return vector;
}
