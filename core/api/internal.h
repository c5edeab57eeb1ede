/* SPDX-License-Identifier: GPL-2.0 */
/* The functions behind the table of ioctls, as ioctl_list.h has them. */
#ifndef LINTEL_API_INTERNAL_H
#define LINTEL_API_INTERNAL_H

#include "api/api.h"
#include "api/newer.h"

#define SUBJECT_VM   struct vm *vm
#define SUBJECT_VCPU struct vcpu *vcpu
#define PLATFORM(scope, number, flags)
#define VALUE(scope, number, flags, function)		    int function(u64 argument);
#define PLAIN(scope, number, flags, function)		    int function(SUBJECT_##scope);
#define DATA(scope, number, flags, type, function)	    int function(SUBJECT_##scope, type *argument);
#define GIVES(scope, number, flags, type, function)	    void function(SUBJECT_##scope, type *argument);
#define CALL(scope, number, flags, function)		    int function(struct ioctl_call *call);
#define ENTRIES(scope, number, flags, type, most, function) int function(struct ioctl_call *call);
#include "api/ioctl_list.h"
#undef SUBJECT_VM
#undef SUBJECT_VCPU

/* What KVM_SET_GUEST_DEBUG takes. */
#define API_GUEST_DEBUG_FLAGS                                                                      \
	(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP |                  \
	 KVM_GUESTDBG_USE_HW_BP | KVM_GUESTDBG_INJECT_DB | KVM_GUESTDBG_INJECT_BP |                \
	 KVM_GUESTDBG_BLOCKIRQ)

#endif
