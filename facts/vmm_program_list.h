/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that use KVM: constant, bit, name, the version whose source was read.
 *
 * Included where a table is made of it, with VMM_PROGRAM() defined.
 */
/* clang-format off */
VMM_PROGRAM(FIRECRACKER, 0, "Firecracker", "1.16")
VMM_PROGRAM(CLOUD_HYPERVISOR, 1, "Cloud Hypervisor", "53")
VMM_PROGRAM(CROSVM, 2, "crosvm", "of August 2026")
VMM_PROGRAM(LIBKRUN, 3, "libkrun", "of August 2026")
VMM_PROGRAM(OPENVMM, 4, "OpenVMM", "of August 2026")
VMM_PROGRAM(QEMU, 5, "QEMU", "8.2")
VMM_PROGRAM(KVMTOOL, 6, "kvmtool", "of August 2024")
VMM_PROGRAM(GVISOR, 7, "gVisor", "of August 2026")
/* clang-format on */

#undef VMM_PROGRAM
