// SPDX-License-Identifier: GPL-2.0
/*
 * The host-state area: what the processor loads when the guest exits.  Only
 * what changed since the VMCS was last written is written again.
 *
 * SDM: "Host-State Area", "Loading Host State".
 */
#include "vmcs/vmcs.h"

struct host_field {
	u32 encoding;
	u16 offset;
	u8 size; /* of the member: 2 or 8 bytes */
};

/* FIELD(encoding, member of struct host_state) */
#define HOST_FIELDS(FIELD)                                                                         \
	FIELD(HOST_CR0, cr0)                                                                       \
	FIELD(HOST_CR3, cr3)                                                                       \
	FIELD(HOST_CR4, cr4)                                                                       \
	FIELD(HOST_ES_SELECTOR, es)                                                                \
	FIELD(HOST_CS_SELECTOR, cs)                                                                \
	FIELD(HOST_SS_SELECTOR, ss)                                                                \
	FIELD(HOST_DS_SELECTOR, ds)                                                                \
	FIELD(HOST_FS_SELECTOR, fs)                                                                \
	FIELD(HOST_GS_SELECTOR, gs)                                                                \
	FIELD(HOST_TR_SELECTOR, tr)                                                                \
	FIELD(HOST_FS_BASE, fs_base)                                                               \
	FIELD(HOST_GS_BASE, gs_base)                                                               \
	FIELD(HOST_TR_BASE, tr_base)                                                               \
	FIELD(HOST_GDTR_BASE, gdtr_base)                                                           \
	FIELD(HOST_IDTR_BASE, idtr_base)                                                           \
	FIELD(HOST_IA32_SYSENTER_CS, sysenter_cs)                                                  \
	FIELD(HOST_IA32_SYSENTER_ESP, sysenter_esp)                                                \
	FIELD(HOST_IA32_SYSENTER_EIP, sysenter_eip)                                                \
	FIELD(HOST_IA32_EFER, efer)                                                                \
	FIELD(HOST_IA32_PAT, pat)

#define ROW(encoding, member)                                                                      \
	{encoding, offsetof(struct host_state, member), sizeof(((struct host_state *)0)->member)},

static const struct host_field host_fields[] = {HOST_FIELDS(ROW)};

#define DIFFERENCE(encoding, member) | (one->member ^ other->member)

static bool same_state(const struct host_state *one, const struct host_state *other)
{
	return !(0 HOST_FIELDS(DIFFERENCE));
}

static u64 member(const struct host_state *state, const struct host_field *field)
{
	const char *at = (const char *)state + field->offset;

	return field->size == sizeof(u16) ? *(const u16 *)at : *(const u64 *)at;
}

void vmcs_write_host_state(struct vcpu *vcpu, const struct host_state *now)
{
	struct host_state *written = &vcpu->vmcs.host;

	/* The thread is back in the same process on the same processor. */
	if (same_state(written, now))
		return;
	for (unsigned int i = 0; i < COUNT_OF(host_fields); i++) {
		const struct host_field *field = &host_fields[i];

		if (member(written, field) != member(now, field))
			vmcs_write_fast(field->encoding, member(now, field));
	}
	*written = *now;
}
