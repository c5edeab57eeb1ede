// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's paging structures, walked as its processor does.  SDM: "Paging".
 */
#include "emulate/emulate.h"
#include "cpuid/cpuid.h"
#include "mem/mem.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define ENTRY_PRESENT  BIT64(0)
#define ENTRY_WRITE    BIT64(1)
#define ENTRY_USER     BIT64(2)
#define ENTRY_ACCESSED BIT64(5)
#define ENTRY_DIRTY    BIT64(6)
#define ENTRY_LARGE    BIT64(7)
#define ENTRY_XD       BIT64(63)

/* A walk that meets an entry which another vCPU changes meanwhile is made again.  A guest that
 * changes one all the time, and only for that, must not keep the thread here for ever. */
#define WALK_TRIES 1000

/* Bits high:low. */
#define BITS64(high, low) ((~0ULL >> (63 - (high))) & (~0ULL << (low)))

/* The registers and features that decide a translation. */
struct paging {
	unsigned int levels;	 /* 2, 3 (PAE), 4, 5 */
	unsigned int entry_size; /* 4 or 8 bytes */
	unsigned int index_bits;
	unsigned int maxphyaddr;
	u64 root;
	u64 reserved; /* bits that must be 0 in an entry of any level */
	u32 large;    /* bit n: an entry of level n may map a page (3: if CPUID says so) */
	const struct vcpu *vcpu;
	bool pse36;
	bool wp, smep, smap, nxe;
	bool fetch_in_error; /* the error code has an I/D bit */
};

/* One walk, and the rights that all its entries give. */
struct walk {
	struct walk_trail *trail;
	u64 common; /* bits that are set in every entry */
	u64 rights; /* ENTRY_WRITE, ENTRY_USER: in every entry; ENTRY_XD: in any */
};

/* "PDPTE Registers": the top level of PAE paging. */
static bool entry_is_register(const struct paging *paging, unsigned int level)
{
	return paging->levels == 3 && level == 3;
}

static void paging_read_32bit(struct vcpu *vcpu, struct paging *paging, u64 cr3, u64 cr4)
{
	paging->levels = 2;
	paging->entry_size = 4;
	paging->index_bits = 10;
	paging->root = cr3 & BITS64(31, 12);
	paging->large = cr4 & CR4_PSE ? BIT32(2) : 0;
	paging->pse36 = cpuid_has(vcpu, FEATURE_PSE36);
}

static void paging_read_pae(struct paging *paging)
{
	paging->levels = 3;
	paging->large = BIT32(2);
	paging->reserved = BITS64(62, paging->maxphyaddr);
}

static void paging_read_long(struct paging *paging, u64 cr3, u64 cr4)
{
	paging->levels = cr4 & CR4_LA57 ? 5 : 4;
	paging->root = cr3 & BITS64(paging->maxphyaddr - 1, 12);
	paging->large = BIT32(2) | BIT32(3);
	if (paging->maxphyaddr < 52)
		paging->reserved = BITS64(51, paging->maxphyaddr);
}

static void paging_read(struct vcpu *vcpu, struct paging *paging)
{
	u64 cr3 = vcpu_cr3_read(vcpu), cr4 = vcpu_cr4_read(vcpu);
	unsigned int maxphyaddr = cpuid_maxphyaddr(vcpu);

	*paging = (struct paging){
		.vcpu = vcpu,
		.entry_size = 8,
		.index_bits = 9,
		.maxphyaddr = maxphyaddr > 52	? 52
			      : maxphyaddr < 32 ? 32
						: maxphyaddr,
		.wp = vcpu_cr0_read(vcpu) & CR0_WP,
		.smep = cr4 & CR4_SMEP,
		.smap = cr4 & CR4_SMAP,
		.nxe = (cr4 & CR4_PAE) && (vcpu->efer & IA32_EFER_NXE),
	};
	if (!(cr4 & CR4_PAE))
		paging_read_32bit(vcpu, paging, cr3, cr4);
	else if (vcpu->efer & IA32_EFER_LMA)
		paging_read_long(paging, cr3, cr4);
	else
		paging_read_pae(paging);
	if (paging->entry_size == 8 && !paging->nxe)
		paging->reserved |= ENTRY_XD;
	paging->fetch_in_error = paging->smep || paging->nxe;
}

/* Lowest address bit that an entry of this level (1: page table) decides. */
static unsigned int paging_shift(const struct paging *paging, unsigned int level)
{
	return LINTEL_PAGE_SHIFT + paging->index_bits * (level - 1);
}

/* CPUID is asked where a 1 GiB page is met: that takes longer than a level of the walk. */
static bool level_maps_pages(const struct paging *paging, unsigned int level)
{
	if (!(paging->large & BIT32(level)))
		return false;
	return level < 3 || cpuid_has(paging->vcpu, FEATURE_PAGES_1G);
}

static bool entry_is_leaf(const struct paging *paging, unsigned int level, u64 entry)
{
	return level == 1 || ((entry & ENTRY_LARGE) && level_maps_pages(paging, level));
}

/* "Use of the Page-Fault Error Code": the bits that must be 0 in this present entry. */
static u64 entry_reserved(const struct paging *paging, unsigned int level, u64 entry)
{
	u64 reserved = paging->reserved;

	if (level == 1)
		return reserved;
	if (!entry_is_leaf(paging, level, entry)) {
		/* Bit 7 of an entry that can't map a page: reserved, except without CR4.PSE. */
		return level > 2 ? reserved | ENTRY_LARGE : reserved;
	}
	if (paging->entry_size == 8)
		return reserved | BITS64(paging_shift(paging, level) - 1, 13);
	if (!paging->pse36)
		return BITS64(21, 13);
	return paging->maxphyaddr >= 40 ? BIT64(21) : BITS64(21, paging->maxphyaddr - 19);
}

/* The first byte of the page that a leaf maps. */
static gpa_t entry_frame(const struct paging *paging, unsigned int level, u64 entry)
{
	if (paging->entry_size == 8)
		return entry & BITS64(51, paging_shift(paging, level));
	if (level == 1)
		return entry & BITS64(31, 12);
	/* PSE-36: bits 20:13 are bits 39:32 of the address. */
	return (entry & BITS64(31, 22)) | (entry & BITS64(20, 13)) << 19;
}

/* "Determination of Access Rights". */
static bool access_allowed(struct vcpu *vcpu, const struct paging *paging, u64 rights, u32 access)
{
	bool user_page = rights & ENTRY_USER;

	if (access & PF_USER) {
		if (!user_page)
			return false;
		if ((access & PF_WRITE) && !(rights & ENTRY_WRITE))
			return false;
		return !((access & PF_FETCH) && (rights & ENTRY_XD));
	}
	if (access & PF_FETCH)
		return !(user_page && paging->smep) && !(rights & ENTRY_XD);
	if (user_page && paging->smap &&
	    ((access & PF_IMPLICIT) || !(vcpu_rflags_read(vcpu) & RFLAGS_AC)))
		return false;
	return !(access & PF_WRITE) || (rights & ENTRY_WRITE) || !paging->wp;
}

static u32 fault_error(const struct paging *paging, u32 access, u32 cause)
{
	u32 error = cause | (access & (PF_WRITE | PF_USER));

	if ((access & PF_FETCH) && paging->fetch_in_error)
		error |= PF_FETCH;
	return error;
}

/* "Accessed and Dirty Flags".  0; -EAGAIN: an entry is another one by now, and nothing is known of
 * the translation; -EFAULT: an entry cannot be written, the one at *at. */
static int walk_mark(struct vcpu *vcpu, const struct paging *paging, const struct walk *walk,
		     u32 access, gpa_t *at)
{
	unsigned int i = entry_is_register(paging, paging->levels) ? 1 : 0; /* no accessed flag */
	int error = 0;

	if ((walk->common & ENTRY_ACCESSED) &&
	    (!(access & PF_WRITE) || (walk->trail->entry[walk->trail->count - 1] & ENTRY_DIRTY)))
		return 0;
	for (; !error && i < walk->trail->count; i++) {
		u64 entry = walk->trail->entry[i], marked = entry | ENTRY_ACCESSED;

		if (i == walk->trail->count - 1 && (access & PF_WRITE))
			marked |= ENTRY_DIRTY;
		*at = walk->trail->at[i];
		if (marked != entry)
			error = guest_cmpxchg(vcpu->vm, *at, entry, marked, paging->entry_size);
		walk->trail->entry[i] = marked;
	}
	return error;
}

/*
 * The entry of this level, and its place.  PDPTEs of PAE paging are in registers, which loading CR3
 * fills: memory may have changed since.
 */
static int entry_read(struct vcpu *vcpu, const struct paging *paging, unsigned int level,
		      gva_t address, gpa_t table, struct walk *walk)
{
	u64 index = (address >> paging_shift(paging, level)) & (BIT64(paging->index_bits) - 1);
	gpa_t at = table + index * paging->entry_size;

	walk->trail->at[walk->trail->count] = at;
	walk->trail->entry[walk->trail->count] = 0;
	if (entry_is_register(paging, level))
		walk->trail->entry[walk->trail->count] =
			vmcs_read64(GUEST_PDPTE0 + 2 * (u32)(index & 3));
	else if (guest_read(vcpu->vm, at, &walk->trail->entry[walk->trail->count],
			    paging->entry_size))
		return -EFAULT;
	walk->trail->count++;
	return 0;
}

/* False: a fault, with these bits in its error code beside those of the access. */
static bool entry_check(const struct paging *paging, unsigned int level, struct walk *walk,
			u32 *cause)
{
	u64 entry = walk->trail->entry[walk->trail->count - 1];

	*cause = 0;
	if (!(entry & ENTRY_PRESENT))
		return false;
	/* A PDPTE was checked when CR3 was loaded, and gives no rights. */
	if (entry_is_register(paging, level))
		return true;
	*cause = PF_PRESENT | PF_RESERVED;
	if (entry & entry_reserved(paging, level, entry))
		return false;
	walk->common &= entry;
	walk->rights &= entry | ENTRY_XD;
	walk->rights |= entry & ENTRY_XD;
	return true;
}

/* From the root to the page; *gpa as in walk_linear(). */
static enum walk_result walk_down(struct vcpu *vcpu, const struct paging *paging, gva_t address,
				  struct walk *walk, gpa_t *gpa, u32 *cause)
{
	gpa_t table = paging->root;
	unsigned int level;

	for (level = paging->levels;; level--) {
		u64 entry;

		if (entry_read(vcpu, paging, level, address, table, walk)) {
			*gpa = walk->trail->at[walk->trail->count];
			return WALK_ERROR;
		}
		if (!entry_check(paging, level, walk, cause))
			return WALK_FAULT;
		entry = walk->trail->entry[walk->trail->count - 1];
		if (entry_is_leaf(paging, level, entry)) {
			u64 offset_mask = BIT64(paging_shift(paging, level)) - 1;

			*gpa = entry_frame(paging, level, entry) | (address & offset_mask);
			return WALK_OK;
		}
		table = entry & BITS64(paging->entry_size == 8 ? 51 : 31, 12);
	}
}

/* Once from the root to the page.  *changed: it is to be done again. */
static enum walk_result walk_once(struct vcpu *vcpu, const struct paging *paging, gva_t address,
				  u32 access, gpa_t *gpa, u32 *error, struct walk_trail *trail,
				  bool *changed)
{
	struct walk walk = {
		.trail = trail,
		.common = ~0ULL,
		.rights = ENTRY_WRITE | ENTRY_USER,
	};
	enum walk_result result;
	gpa_t at = 0;
	u32 cause;
	int mark;

	/* The entries are set as they are met. */
	trail->count = 0;
	*changed = false;
	result = walk_down(vcpu, paging, address, &walk, gpa, &cause);
	if (result == WALK_OK && !access_allowed(vcpu, paging, walk.rights, access)) {
		cause = PF_PRESENT;
		result = WALK_FAULT;
	}
	if (result == WALK_FAULT)
		*error = fault_error(paging, access, cause);
	if (result != WALK_OK)
		return result;
	mark = walk_mark(vcpu, paging, &walk, access, &at);
	if (!mark)
		return WALK_OK;
	*gpa = at;
	*changed = mark == -EAGAIN;
	return WALK_ERROR;
}

enum walk_result walk_linear_trail(struct vcpu *vcpu, gva_t address, u32 access, gpa_t *gpa,
				   u32 *error, struct walk_trail *trail)
{
	enum walk_result result = WALK_ERROR;
	struct paging paging;
	bool changed = true;

	if (!(vcpu_cr0_read(vcpu) & CR0_PG)) {
		trail->count = 0;
		*gpa = (u32)address;
		return WALK_OK;
	}
	paging_read(vcpu, &paging);
	for (unsigned int tries = 0; changed && tries < WALK_TRIES; tries++)
		result = walk_once(vcpu, &paging, address, access, gpa, error, trail, &changed);
	return result;
}

enum walk_result walk_linear(struct vcpu *vcpu, gva_t address, u32 access, gpa_t *gpa, u32 *error)
{
	struct walk_trail trail;

	return walk_linear_trail(vcpu, address, access, gpa, error, &trail);
}
