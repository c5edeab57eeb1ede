/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kvm-unit-tests expect of the machine they run in, which is QEMU with "-device pc-testdev
 * -device isa-debug-exit,iobase=0xf4 -device pci-testdev".
 */
#ifndef VMM_TEST_DEVICE_H
#define VMM_TEST_DEVICE_H

#include "vmm/machine.h"

#define TEST_DEVICE_EXIT 0xf4 /* the port of isa-debug-exit */

/*
 * Adds the ports and the memory of the test devices; after the interrupt controllers, whose lines
 * one of them drives.  0, or -1 after saying why.
 */
int test_device_add(struct machine *machine, bool irqchip);

/* pci-testdev, as function 0 of a device on PCI bus 0; test_device_add() calls it. */
int pci_test_device_add(struct machine *machine);

#endif
