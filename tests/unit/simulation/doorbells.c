// SPDX-License-Identifier: GPL-2.0
/*
 * ioeventfds that come and go while guests write there.  Each guest has two: a port, of which one
 * value signals, and an address where every write does.
 *
 * Expected: each write signals the event or is the program's, never both, never neither; which of
 * them is certain while the ioeventfd does not change.
 */
#include "devices.h"
#include "operations.h"

#define PORT_OF(id)    (0x540u + 8 * (id))
#define ADDRESS_OF(id) ((u32)MMIO_BASE + 0x8000u + 16 * (id))
#define VALUE	       1 /* of the port */

enum doorbell_kind { DOORBELL_PORT, DOORBELL_MEMORY, DOORBELLS };

static struct doorbell {
	host_mutex_t lock; /* of changes */
	int event;
	u64 rung;
	bool here;
	u64 changes; /* odd: one is under way */
} doorbells[MAX_GUESTS][DOORBELLS];

static u64 listen(struct doorbell *doorbell)
{
	return doorbell->rung += sim_event_read(doorbell->event);
}

/* --- the program's part --- */

static struct kvm_ioeventfd describe(unsigned int id, enum doorbell_kind kind)
{
	if (kind == DOORBELL_PORT)
		return (struct kvm_ioeventfd){
			.addr = PORT_OF(id),
			.len = sizeof(u32),
			.datamatch = VALUE,
			.flags = KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH,
		};
	return (struct kvm_ioeventfd){.addr = ADDRESS_OF(id)};
}

static void set(unsigned int id, enum doorbell_kind kind, u32 flag)
{
	struct kvm_ioeventfd ioeventfd = describe(id, kind);

	ioeventfd.fd = doorbells[id][kind].event;
	ioeventfd.flags |= flag;
	if (call(simulation.vm_fd, KVM_IOEVENTFD, &ioeventfd, sizeof(ioeventfd)))
		broken("KVM_IOEVENTFD fails");
}

bool doorbell_change(void)
{
	unsigned int id = (unsigned int)sim_random_below(simulation.guests);
	enum doorbell_kind kind = sim_random_below(DOORBELLS);
	struct doorbell *doorbell = &doorbells[id][kind];

	host_mutex_lock(&doorbell->lock);
	doorbell->changes++;
	set(id, kind, doorbell->here ? KVM_IOEVENTFD_FLAG_DEASSIGN : 0);
	doorbell->here = !doorbell->here;
	doorbell->changes++;
	host_mutex_unlock(&doorbell->lock);
	return true;
}

/* --- the guest's part --- */

static struct doorbell *doorbell_of(const struct guest *guest, const struct instruction *now)
{
	return &doorbells[guest->id][now->which];
}

void op_doorbell_begin(struct guest *guest, struct instruction *now)
{
	bool is_port = now->operation->execute == op_out;

	now->which = is_port ? DOORBELL_PORT : DOORBELL_MEMORY;
	now->address = is_port ? PORT_OF(guest->id) : ADDRESS_OF(guest->id);
	now->value = chance(3) ? (u32)sim_random() : VALUE;
	now->rung = listen(doorbell_of(guest, now));
	now->changes = doorbell_of(guest, now)->changes;
	set_register(guest, is_port ? REG_RDX : REG_RSI, now->address);
	set_register(guest, REG_RAX, now->value);
}

void op_doorbell_end(struct guest *guest, struct instruction *now)
{
	struct doorbell *doorbell = doorbell_of(guest, now);
	u64 rung = listen(doorbell) - now->rung;
	bool told = now->to_device[0],
	     matches = now->which == DOORBELL_MEMORY || now->value == VALUE;
	bool sure = now->changes == doorbell->changes && !(now->changes % 2);

	if (rung + told != 1)
		guest_broken(guest, "0x%x rings %llu times, and the program is %stold",
			     now->address, rung, told ? "" : "not ");
	if (!matches && !told)
		guest_broken(guest, "0x%x rings for 0x%x", now->address, now->value);
	if (sure && matches && told == doorbell->here)
		guest_broken(guest, "0x%x %s", now->address,
			     told ? "does not ring" : "rings, and no event is there");
}

/* --- the beginning, and in another VM --- */

void doorbells_restore(void)
{
	for (unsigned int id = 0; id < MAX_GUESTS; id++)
		for (unsigned int kind = 0; kind < DOORBELLS; kind++)
			if (doorbells[id][kind].here)
				set(id, kind, 0);
}

void doorbells_create(void)
{
	for (unsigned int id = 0; id < MAX_GUESTS; id++)
		for (unsigned int kind = 0; kind < DOORBELLS; kind++) {
			doorbells[id][kind] = (struct doorbell){.event = sim_event_open()};
			host_mutex_init(&doorbells[id][kind].lock);
		}
}
