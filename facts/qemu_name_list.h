/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Those names of QEMU's (alias_list.h) that not every version has, each with the newest version
 *that was seen without it:
 *
 *	QEMU_NAME(name, major, minor)
 *
 * A version without the name does not offer to guests what it stands for, and takes it for an
 *error. 7.2, 10.0 and 10.2 were looked at; tests/clients/names.sh compares with the first two.
 *
 * Included where something is made of it, with QEMU_NAME() defined.
 */
/* clang-format off */
QEMU_NAME("vmx-any-errcode", 7, 2)
QEMU_NAME("vmx-nested-exception", 7, 2)
QEMU_NAME("vmx-enable-user-wait-pause", 7, 2)
QEMU_NAME("vmx-exit-secondary-ctls", 7, 2)
QEMU_NAME("vmx-entry-load-fred", 7, 2)
QEMU_NAME("vmx-mbec", 10, 0)
QEMU_NAME("vmx-exit-save-cet", 10, 0)
QEMU_NAME("vmx-entry-load-cet", 10, 0)
/* clang-format on */
#undef QEMU_NAME
