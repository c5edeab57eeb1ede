// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_SUPPORTED_CPUID: what this processor has, as far as the kernel uses it and Lintel can let
 * a guest have it.
 *
 * Not offered, though a processor may have it: VMX and SMX (no nesting), MONITOR, TSC_DEADLINE (for
 * the VMM to announce, where the local APIC is in the kernel), PMU, PT, SGX, CET, AMX, PKU and
 * WAITPKG (state that Lintel does not switch), TSX (its #DB and its leaks).
 *
 * SDM: "CPUID - CPU Identification".
 */
#include "cpuid/cpuid.h"
#include "vmcs/vmcs.h"

/* What a feature needs beside the host's own bit. */
enum need {
	HOST,	 /* nothing */
	MADE,	 /* not even that: Lintel makes it */
	XCR0,	 /* these components of XSAVE state */
	CONTROL, /* this secondary VM-execution control */
};

struct feature_row {
	u8 word; /* enum word */
	u8 need; /* enum need */
	u32 bits;
	u64 mask; /* XCR0: components; CONTROL: the control */
};

enum word { W_1_ECX, W_1_EDX, W_7_EBX, W_7_ECX, W_7_EDX, W_7_1_EAX, W_D_1_EAX, W_81_EDX };

const struct cpuid_word cpuid_words[CPUID_WORDS] = {
	[W_1_ECX] = {1, 0, CPUID_REG_ECX},     [W_1_EDX] = {1, 0, CPUID_REG_EDX},
	[W_7_EBX] = {7, 0, CPUID_REG_EBX},     [W_7_ECX] = {7, 0, CPUID_REG_ECX},
	[W_7_EDX] = {7, 0, CPUID_REG_EDX},     [W_7_1_EAX] = {7, 1, CPUID_REG_EAX},
	[W_D_1_EAX] = {0xd, 1, CPUID_REG_EAX}, [W_81_EDX] = {0x80000001, 0, CPUID_REG_EDX},
};

#define B(n) BIT32(n)

#define XCR0_X87_SSE 0x3ull
#define XCR0_AVX     0x4ull
#define XCR0_AVX512  0xe0ull

static const struct feature_row features[] = {
	/* SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT */
	{W_1_ECX, HOST, B(0) | B(9) | B(13) | B(19) | B(20) | B(22) | B(23), 0},
	/* PCLMULQDQ, PCID, AES, RDRAND */
	{W_1_ECX, HOST, B(1) | B(17) | B(25) | B(30), 0},
	/* x2APIC: the local APIC in the kernel; without one the VMM hides it */
	{W_1_ECX, MADE, B(21), 0},
	/* the guest runs on a hypervisor */
	{W_1_ECX, MADE, B(31), 0},
	/* XSAVE */
	{W_1_ECX, XCR0, B(26), XCR0_X87_SSE},
	/* FMA, AVX, F16C */
	{W_1_ECX, XCR0, B(12) | B(28) | B(29), XCR0_AVX},

	/* FPU, VME, DE, PSE, TSC, MSR, PAE, MCE, CMPXCHG8B */
	{W_1_EDX, HOST, 0x1ff, 0},
	/* APIC: whether there is one is for user space to say */
	{W_1_EDX, HOST, B(9), 0},
	/* SEP, MTRR, PGE, MCA, CMOV, PAT, PSE-36, CLFLUSH */
	{W_1_EDX, HOST, 0x3f800 | B(19), 0},
	/* MMX, FXSR, SSE, SSE2, self-snoop */
	{W_1_EDX, HOST, 0xf800000, 0},

	/* FSGSBASE, BMI1, FDP_EXCPTN_ONLY, SMEP, BMI2, ERMS, no FCS/FDS, RDSEED, ADX, SMAP */
	{W_7_EBX, HOST, B(0) | B(3) | B(6) | B(7) | B(8) | B(9) | B(13) | B(18) | B(19) | B(20), 0},
	/* TSC_ADJUST */
	{W_7_EBX, MADE, B(1), 0},
	/* CLFLUSHOPT, CLWB, SHA */
	{W_7_EBX, HOST, B(23) | B(24) | B(29), 0},
	/* INVPCID */
	{W_7_EBX, CONTROL, B(10), CPU2_ENABLE_INVPCID},
	/* AVX2 */
	{W_7_EBX, XCR0, B(5), XCR0_AVX},
	/* AVX512 F, DQ, IFMA, PF, ER, CD, BW, VL */
	{W_7_EBX, XCR0, B(16) | B(17) | B(21) | B(26) | B(27) | B(28) | B(30) | B(31), XCR0_AVX512},

	/* UMIP, GFNI, LA57, CLDEMOTE, MOVDIRI, MOVDIR64B */
	{W_7_ECX, HOST, B(2) | B(8) | B(16) | B(25) | B(27) | B(28), 0},
	/* VAES, VPCLMULQDQ */
	{W_7_ECX, XCR0, B(9) | B(10), XCR0_AVX},
	/* AVX512 VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ */
	{W_7_ECX, XCR0, B(1) | B(6) | B(11) | B(12) | B(14), XCR0_AVX512},
	/* RDPID */
	{W_7_ECX, CONTROL, B(22), CPU2_ENABLE_RDTSCP},

	/* FSRM, VERW clears buffers, SERIALIZE */
	{W_7_EDX, HOST, B(4) | B(10) | B(14), 0},
	/* IBRS and IBPB, STIBP, SSBD */
	{W_7_EDX, HOST, B(26) | B(27) | B(31), 0},
	/* IA32_ARCH_CAPABILITIES */
	{W_7_EDX, MADE, B(29), 0},
	/* AVX512 4VNNIW, 4FMAPS, VP2INTERSECT, FP16 */
	{W_7_EDX, XCR0, B(2) | B(3) | B(8) | B(23), XCR0_AVX512},

	/* CMPCCXADD, fast zero-length REP MOVSB, fast short REP STOSB and CMPSB */
	{W_7_1_EAX, HOST, B(7) | B(10) | B(11) | B(12), 0},
	/* AVX-VNNI, AVX-IFMA */
	{W_7_1_EAX, XCR0, B(4) | B(23), XCR0_AVX},
	/* AVX512 BF16 */
	{W_7_1_EAX, XCR0, B(5), XCR0_AVX512},

	/* XSAVEOPT, XSAVEC, XGETBV with ECX 1 */
	{W_D_1_EAX, XCR0, B(0) | B(1) | B(2), XCR0_X87_SSE},
	/* XSAVES, without any state of IA32_XSS */
	{W_D_1_EAX, CONTROL, B(3), CPU2_ENABLE_XSAVES},

	/* SYSCALL, NX, 1-GByte pages, 64 bits */
	{W_81_EDX, HOST, B(11) | B(20) | B(26) | B(29), 0},
	/* RDTSCP */
	{W_81_EDX, CONTROL, B(27), CPU2_ENABLE_RDTSCP},
};

/* State that the FPU code switches and no other register belongs to: x87, SSE, AVX, AVX-512. */
#define XCR0_OFFERED (XCR0_X87_SSE | XCR0_AVX | XCR0_AVX512)

static u64 xcr0_switchable(void)
{
	return host_xcr0_supported() & XCR0_OFFERED;
}

static bool need_met(const struct feature_row *row)
{
	if (row->need == XCR0)
		return (xcr0_switchable() & row->mask) == row->mask;
	if (row->need == CONTROL)
		return vmcs_config_has(CTL_SECONDARY, row->mask);
	return true;
}

u32 cpuid_offered_word(unsigned int word)
{
	const struct cpuid_word *where = &cpuid_words[word];
	u32 host[4], offered = 0;

	host_cpuid_enabled(where->leaf, where->subleaf, host);
	for (unsigned int i = 0; i < COUNT_OF(features); i++) {
		const struct feature_row *row = &features[i];

		if (row->word == word && need_met(row))
			offered |= row->need == MADE ? row->bits : row->bits & host[where->reg];
	}
	return offered;
}

bool cpuid_offered(u32 leaf, u32 subleaf, enum cpuid_register reg, unsigned int bit)
{
	for (unsigned int word = 0; word < CPUID_WORDS; word++) {
		const struct cpuid_word *where = &cpuid_words[word];

		if (where->leaf == leaf && where->subleaf == subleaf && where->reg == reg)
			return cpuid_offered_word(word) & BIT32(bit);
	}
	return false;
}

u64 cpuid_xcr0_offered(void)
{
	return cpuid_offered_word(W_1_ECX) & B(26) ? xcr0_switchable() : 0;
}

/* Four levels of EPT map guest-physical addresses of 48 bits. */
#define EPT_ADDRESS_BITS 48u

u32 cpuid_address_bits_offered(void)
{
	u32 out[4];

	host_cpuid(0x80000008, 0, out);
	return (out[0] & 0xff) < EPT_ADDRESS_BITS ? out[0] & 0xff : EPT_ADDRESS_BITS;
}

#define XSAVE_LEGACY_AND_HEADER 576

u32 cpuid_xsave_size(u64 components, bool compacted)
{
	u32 size = XSAVE_LEGACY_AND_HEADER;

	for (unsigned int i = 2; i < 63; i++) {
		u32 out[4], at;

		if (!(components & BIT64(i)))
			continue;
		/* EAX: size, EBX: offset in the standard format, ECX bit 1: aligned to 64 bytes */
		host_cpuid(0xd, i, out);
		at = compacted ? size : out[1];
		if (compacted && (out[2] & 2))
			at = (at + 63) & ~63u;
		if (at + out[0] > size)
			size = at + out[0];
	}
	return size;
}

/* --- Leaves ----------------------------------------------------------------- */

struct list {
	struct kvm_cpuid_entry2 *entry;
	unsigned int room, count;
};

/* The entry goes into the list if it fits, and counts in any case. */
static void add(struct list *list, u32 leaf, const u32 out[4])
{
	if (list->count < list->room)
		list->entry[list->count] = (struct kvm_cpuid_entry2){
			.function = leaf,
			.eax = out[0],
			.ebx = out[1],
			.ecx = out[2],
			.edx = out[3],
		};
	list->count++;
}

static void add_indexed(struct list *list, u32 leaf, u32 subleaf, const u32 out[4])
{
	add(list, leaf, out);
	if (list->count > list->room)
		return;
	list->entry[list->count - 1].index = subleaf;
	list->entry[list->count - 1].flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
}

static void leaf_zero(struct list *list, u32 leaf)
{
	static const u32 zero[4];

	add(list, leaf, zero);
}

static void leaf_as_host(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	add(list, leaf, out);
}

/* The highest leaves: what lies above is of no use to a guest, or must not be seen. */
#define LEAF_MAX	  0x16u
#define LEAF_KVM_MAX	  0x40000001u
#define LEAF_EXTENDED_MAX 0x80000008u

/* The last leaf of the range that begins with `first`.  That of the hypervisor is Lintel's own. */
static u32 range_end(u32 first)
{
	u32 most = first ? LEAF_EXTENDED_MAX : LEAF_MAX;
	u32 out[4];

	if (first == 0x40000000)
		return LEAF_KVM_MAX;
	host_cpuid(first, 0, out);
	return out[0] < most ? out[0] : most;
}

/* EAX of the first leaf is the last; of the basic ones' the rest is the vendor's name. */
static void leaf_first(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[0] = range_end(leaf);
	add(list, leaf, out);
}

/* EBX: brand index and CLFLUSH size; the count of threads and the APIC ID are the vCPU's own. */
static void leaf_1(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[1] &= 0xffff;
	out[2] = cpuid_offered_word(W_1_ECX);
	out[3] = cpuid_offered_word(W_1_EDX);
	add(list, leaf, out);
}

#define CACHES_MAX 16

static void leaf_4(struct list *list, u32 leaf)
{
	for (u32 i = 0; i < CACHES_MAX; i++) {
		u32 out[4];

		host_cpuid(leaf, i, out);
		add_indexed(list, leaf, i, out);
		if (!(out[0] & 0x1f))
			break;
	}
}

/* EAX bit 2 (ARAT): the timer of the local APIC runs on while the processor sleeps, as the host's
 * timers do.  Nothing else of power and heat. */
static void leaf_6(struct list *list, u32 leaf)
{
	static const u32 out[4] = {B(2)};

	add(list, leaf, out);
}

static void leaf_7(struct list *list, u32 leaf)
{
	u32 out[4];
	u32 subleaves;

	host_cpuid(leaf, 0, out);
	subleaves = out[0] ? 1 : 0;
	out[0] = subleaves;
	out[1] = cpuid_offered_word(W_7_EBX);
	out[2] = cpuid_offered_word(W_7_ECX);
	out[3] = cpuid_offered_word(W_7_EDX);
	add_indexed(list, leaf, 0, out);
	if (!subleaves)
		return;
	out[0] = cpuid_offered_word(W_7_1_EAX);
	out[1] = out[2] = out[3] = 0;
	add_indexed(list, leaf, 1, out);
}

/* No topology: user space knows how many vCPUs there will be. */
static void leaf_b(struct list *list, u32 leaf)
{
	static const u32 zero[4];

	add_indexed(list, leaf, 0, zero);
}

static void leaf_d(struct list *list, u32 leaf)
{
	u64 components = cpuid_xcr0_offered();
	u32 size = cpuid_xsave_size(components, false);
	u32 out[4] = {(u32)components, size, size, (u32)(components >> 32)};

	if (!components)
		out[1] = out[2] = 0;
	add_indexed(list, leaf, 0, out);
	if (!components)
		return;

	out[0] = cpuid_offered_word(W_D_1_EAX);
	out[1] = out[0] & B(1) ? cpuid_xsave_size(components, true) : 0;
	out[2] = out[3] = 0;
	add_indexed(list, leaf, 1, out);

	for (u32 i = 2; i < 63; i++) {
		if (!(components & BIT64(i)))
			continue;
		host_cpuid(leaf, i, out);
		/* ECX: state of XCR0, not of IA32_XSS; alignment.  No XFD. */
		out[2] &= 2;
		out[3] = 0;
		add_indexed(list, leaf, i, out);
	}
}

/* "KVMKVMKVM": the hypervisor's leaves as guests of the KVM API look for them. */
static void leaf_signature(struct list *list, u32 leaf)
{
	static const u32 signature[4] = {LEAF_KVM_MAX, 0x4b4d564b, 0x564b4d56, 0x4d};

	add(list, leaf, signature);
}

/* Documentation/virt/kvm/x86/cpuid.rst: kvmclock by either pair of MSRs, and that its pages say
 * whether they are stable; no delay needed after I/O; KVM_PV_EOI_EN; KVM_HC_SEND_IPI. */
#define KVM_CLOCKSOURCE		  B(0)
#define KVM_NOP_IO_DELAY	  B(1)
#define KVM_CLOCKSOURCE2	  B(3)
#define KVM_PV_EOI		  B(6)
#define KVM_PV_SEND_IPI		  B(11)
#define KVM_CLOCKSOURCE_STABLE	  B(24)

static void leaf_kvm_features(struct list *list, u32 leaf)
{
	static const u32 features[4] = {KVM_CLOCKSOURCE | KVM_NOP_IO_DELAY | KVM_CLOCKSOURCE2 |
					KVM_PV_EOI | KVM_PV_SEND_IPI | KVM_CLOCKSOURCE_STABLE};

	add(list, leaf, features);
}

static void leaf_80000001(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid_enabled(leaf, 0, out);
	/* LAHF in 64-bit mode, LZCNT, PREFETCHW: nothing that Lintel would have to do */
	out[2] &= B(0) | B(5) | B(8);
	out[0] = out[1] = 0;
	out[3] = cpuid_offered_word(W_81_EDX);
	add(list, leaf, out);
}

/* EDX bit 8: the TSC runs at one rate always; so does the guest's, which is the host's.  Where the
 * host's processors do not agree, it jumps when a vCPU changes its processor. */
static void leaf_80000007(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[0] = out[1] = out[2] = 0;
	out[3] &= host_tsc_is_stable() ? B(8) : 0;
	add(list, leaf, out);
}

/* EAX: physical and linear address bits. */
static void leaf_80000008(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[0] = cpuid_address_bits_offered() | (out[0] & 0xff00);
	out[1] = out[2] = out[3] = 0;
	add(list, leaf, out);
}

/*
 * Leaves without a row are 0.  Of those that a processor may have: 5 (MONITOR), 0xa (PMU), 0x12
 * (SGX), 0x14 (PT): not offered; 0x15 and 0x16 (clocks): their crystal drives the host's APIC
 * timer, not the guest's.
 */
static const struct leaf_row {
	u32 leaf;
	void (*fill)(struct list *list, u32 leaf);
} leaves[] = {
	{0, leaf_first},
	{1, leaf_1},
	{2, leaf_as_host}, /* caches and TLBs */
	{4, leaf_4},
	{6, leaf_6},
	{7, leaf_7},
	{0xb, leaf_b},
	{0xd, leaf_d},
	{0x40000000, leaf_signature},
	{0x40000001, leaf_kvm_features},
	{0x80000000, leaf_first},
	{0x80000001, leaf_80000001},
	{0x80000002, leaf_as_host}, /* brand string */
	{0x80000003, leaf_as_host},
	{0x80000004, leaf_as_host},
	{0x80000006, leaf_as_host}, /* L2 cache */
	{0x80000007, leaf_80000007},
	{0x80000008, leaf_80000008},
};

static void fill_leaf(struct list *list, u32 leaf)
{
	for (unsigned int i = 0; i < COUNT_OF(leaves); i++)
		if (leaves[i].leaf == leaf) {
			leaves[i].fill(list, leaf);
			return;
		}
	leaf_zero(list, leaf);
}

/* Every leaf of each range: programs take one that is missing for a processor that they do not
 * know, and a guest reads 0 from it all the same. */
unsigned int cpuid_supported(struct kvm_cpuid_entry2 *entry, unsigned int room)
{
	static const u32 ranges[] = {0, 0x40000000, 0x80000000};
	struct list list = {.entry = entry, .room = room};

	for (unsigned int i = 0; i < COUNT_OF(ranges); i++) {
		u32 end = range_end(ranges[i]);

		for (u32 leaf = ranges[i]; leaf <= end; leaf++)
			fill_leaf(&list, leaf);
	}
	return list.count;
}

void cpuid_apply_controls(struct vcpu *vcpu)
{
	u64 known = 0, wanted = 0;

	for (unsigned int i = 0; i < COUNT_OF(features); i++) {
		const struct feature_row *row = &features[i];
		const struct cpuid_word *word = &cpuid_words[row->word];
		unsigned int bit = (unsigned int)__builtin_ctz(row->bits);

		if (row->need != CONTROL)
			continue;
		known |= row->mask;
		if (cpuid_has(vcpu, word->leaf, word->subleaf, word->reg, bit))
			wanted |= row->mask;
	}
	vmcs_control_set(vcpu, CTL_SECONDARY, known & ~wanted, false);
	vmcs_control_set(vcpu, CTL_SECONDARY, wanted & vmcs_config.ctl[CTL_SECONDARY], true);
}
