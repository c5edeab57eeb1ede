// SPDX-License-Identifier: GPL-2.0
/*
 * Who frees what: a page that the guest waits for (struct async_pf) is in the vCPU's list, and the
 * vCPU's to free, once the thread that fetches it is done with it.  What the vCPU does not want any
 * more before that is the thread's to free, which may be long after the vCPU is gone.  Which of the
 * two comes first, one exchange of its state decides.
 */
#include "vcpu/async_pf.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "cpuid/cpuid.h"
#include "irq/lapic.h"
#include "mem/mem.h"

#define EN_RESERVED 0x30ull
#define EN_OPTIONS  0x3full /* of KVM_ASYNC_PF_EN: the page is aligned to its size */

#define PAGES_MAX 64 /* that a vCPU's guest may wait for */

/* The token's number is above that of the vCPU. */
#define TOKEN_SHIFT   12
#define TOKEN_NUMBERS BIT32(32 - TOKEN_SHIFT)
#define TOKEN_ALL     (~(u32)0)
_Static_assert(VM_MAX_VCPUS < BIT32(TOKEN_SHIFT), "no token is TOKEN_ALL");

/* In guest memory: "struct kvm_vcpu_pv_apf_data". */
struct async_pf_page {
	u32 flags; /* 1: the #PF is none; the guest clears it */
	u32 token; /* which page came; 0: the guest takes the next */
};

#define PAGE_NOT_PRESENT 1u

enum { WAITS, CAME, UNWANTED }; /* async_pf.state */

struct async_pf {
	struct host_fault fault; /* first */
	struct vcpu *vcpu;	 /* while it is not UNWANTED */
	u32 state;
	u32 token;
	u64 gfn;
	struct async_pf *next;
};

static gpa_t field(const struct vcpu *vcpu, size_t offset)
{
	return (vcpu->async_pf.enable & ~EN_OPTIONS) + offset;
}

/* The thread's last step, when the page is there or will never be: then the guest, which tries
 * again, meets the error. */
static void page_came(struct host_fault *fault)
{
	struct async_pf *page = (struct async_pf *)fault;
	struct vcpu *vcpu = page->vcpu;

	if (__atomic_exchange_n(&page->state, CAME, __ATOMIC_ACQ_REL) == UNWANTED)
		host_free(page);
	else
		vcpu_request(vcpu, VCPU_REQUEST_ASYNC_PF);
}

/* The vCPU is done with one that is not in its list any more. */
static void page_end(struct async_pf *page)
{
	if (__atomic_exchange_n(&page->state, UNWANTED, __ATOMIC_ACQ_REL) == WAITS)
		return;
	/* The thread may be about to ask the vCPU, which has to stay for it. */
	host_fault_finish(&page->fault);
	host_free(page);
}

void async_pf_drop(struct vcpu *vcpu)
{
	struct async_pf *page;

	while ((page = vcpu->async_pf.waiting)) {
		vcpu->async_pf.waiting = page->next;
		page_end(page);
	}
	vcpu->async_pf.count = 0;
	vcpu->async_pf.wake_all = false;
}

void async_pf_reset(struct vcpu *vcpu)
{
	vcpu->async_pf.enable = vcpu->async_pf.interrupt = 0;
	async_pf_drop(vcpu);
}

static bool options_valid(const struct vcpu *vcpu, u64 value)
{
	if (value & EN_RESERVED)
		return false;
	if ((value & ASYNC_PF_AS_VMEXIT) && !pv_has(vcpu, FEATURE_KVM_ASYNC_PF_VMEXIT))
		return false;
	return !(value & ASYNC_PF_BY_INTERRUPT) || pv_has(vcpu, FEATURE_KVM_ASYNC_PF_INT);
}

int async_pf_set(struct vcpu *vcpu, u64 value)
{
	if (!options_valid(vcpu, value))
		return -EINVAL;
	if (!vcpu->lapic)
		return value ? -EINVAL : 0;
	if (async_pf_enables(value) && !memslot_find(vcpu->vm, value >> LINTEL_PAGE_SHIFT))
		return -EINVAL;
	vcpu->async_pf.enable = value;
	if (async_pf_enables(value)) {
		vcpu->async_pf.wake_all = true;
		vcpu_request(vcpu, VCPU_REQUEST_ASYNC_PF);
	} else {
		async_pf_drop(vcpu);
	}
	return 0;
}

/* --- The page is not there --------------------------------------------------------- */

static bool waits_for(const struct vcpu *vcpu, u64 gfn)
{
	const struct async_pf *page = vcpu->async_pf.waiting;

	while (page && page->gfn != gfn)
		page = page->next;
	return page;
}

/* It has to take the #PF now, and the interrupt whenever it comes. */
bool async_pf_possible(struct vcpu *vcpu, gpa_t gpa)
{
	return vcpu->async_pf.count < PAGES_MAX && lapic_enabled(vcpu) &&
	       (vcpu_cr0_read(vcpu) & CR0_PG) &&
	       ((vcpu->async_pf.enable & ASYNC_PF_SEND_ALWAYS) || vcpu_cpl(vcpu)) &&
	       vcpu_interrupt_allowed(vcpu) && !waits_for(vcpu, gpa >> LINTEL_PAGE_SHIFT);
}

static u32 next_token(struct vcpu *vcpu)
{
	u32 *number = &vcpu->async_pf.number;

	*number = (*number + 1) % TOKEN_NUMBERS;
	if (!*number)
		*number = 1;
	return *number << TOKEN_SHIFT | vcpu->id;
}

/* 0, or an errno: it was not begun. */
static int fetch(struct vcpu *vcpu, gpa_t gpa, bool write, u32 token)
{
	u64 gfn = gpa >> LINTEL_PAGE_SHIFT;
	const struct memslot *slot = memslot_find(vcpu->vm, gfn);
	struct async_pf *page;
	int error;

	page = slot ? host_zalloc(sizeof(*page)) : NULL;
	if (!page)
		return -ENOMEM;
	page->vcpu = vcpu;
	page->gfn = gfn;
	page->token = token;
	error = host_fault_start(&page->fault, vcpu->vm, memslot_hva(slot, gfn), write, page_came);
	if (error) {
		host_free(page);
		return error;
	}
	page->next = vcpu->async_pf.waiting;
	vcpu->async_pf.waiting = page;
	vcpu->async_pf.count++;
	return 0;
}

static void take_back(struct vcpu *vcpu)
{
	struct async_pf *page = vcpu->async_pf.waiting;

	vcpu->async_pf.waiting = page->next;
	vcpu->async_pf.count--;
	page_end(page);
}

bool async_pf_begin(struct vcpu *vcpu, gpa_t gpa, bool write)
{
	gpa_t flags_at = field(vcpu, offsetof(struct async_pf_page, flags));
	u32 flags, token = next_token(vcpu);

	HOST_NEEDS(vcpu->loaded && host_srcu_held(&vcpu->vm->srcu));
	/* The guest is still at the last one. */
	if (guest_read(vcpu->vm, flags_at, &flags, sizeof(flags)) || flags)
		return false;
	if (fetch(vcpu, gpa, write, token))
		return false;
	flags = PAGE_NOT_PRESENT;
	if (guest_write(vcpu->vm, flags_at, &flags, sizeof(flags))) {
		take_back(vcpu);
		return false;
	}
	vcpu_inject_page_fault(vcpu, token, 0);
	return true;
}

/* --- It is there ------------------------------------------------------------------- */

/* One that came; NULL: none did. */
static struct async_pf **find_came(struct vcpu *vcpu)
{
	struct async_pf **at = &vcpu->async_pf.waiting;

	while (*at && __atomic_load_n(&(*at)->state, __ATOMIC_ACQUIRE) != CAME)
		at = &(*at)->next;
	return *at ? at : NULL;
}

/* False: the guest is not told. */
static bool tell(struct vcpu *vcpu, u32 token)
{
	gpa_t token_at = field(vcpu, offsetof(struct async_pf_page, token));
	u32 last;

	if (!lapic_enabled(vcpu) || guest_read(vcpu->vm, token_at, &last, sizeof(last)) || last ||
	    guest_write(vcpu->vm, token_at, &token, sizeof(token)))
		return false;
	lapic_deliver(vcpu, IRQ_FIXED, (u8)vcpu->async_pf.interrupt, false);
	return true;
}

static struct async_pf *deliver_one(struct vcpu *vcpu)
{
	struct async_pf **at, *page;

	if (vcpu->async_pf.wake_all) {
		vcpu->async_pf.wake_all = !tell(vcpu, TOKEN_ALL);
		return NULL;
	}
	at = find_came(vcpu);
	page = at ? *at : NULL;
	if (!page || !tell(vcpu, page->token))
		return NULL;
	*at = page->next;
	vcpu->async_pf.count--;
	return page;
}

void async_pf_deliver(struct vcpu *vcpu)
{
	struct async_pf *page;
	int ticket;

	if (!async_pf_enabled(vcpu))
		return;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	page = deliver_one(vcpu);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	if (page)
		page_end(page);
}
