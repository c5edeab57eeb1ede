/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 16550A UART without an interrupt line: what a polling driver needs, register for register.
 * What is sent is out at once, so the transmitter is always ready; what comes in waits in the
 * receive FIFO until the guest reads it.
 */
#ifndef TOOL_SERIAL_H
#define TOOL_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_PORT	 0x3f8
#define SERIAL_REGISTERS 8
#define SERIAL_FIFO	 16
#define SERIAL_OUT	 1024

struct serial {
	uint8_t ier, fcr, lcr, mcr, scr;
	uint8_t dll, dlm;
	uint8_t lsr_errors;  /* overrun; cleared when LSR is read */
	uint8_t msr_lines;   /* the modem inputs, bits 7:4 of MSR */
	uint8_t msr_changes; /* bits 3:0 of MSR; cleared when it is read */
	bool thre_pending;   /* "transmitter empty" has not been reported by IIR yet */
	uint8_t fifo[SERIAL_FIFO];
	unsigned int fifo_first, fifo_count;
	char out[SERIAL_OUT]; /* sent, not yet written to @fd */
	size_t out_count;
	int fd;
	bool unbuffered;
};

/* Resets the UART.  What the guest sends goes to @fd: at once, or when a line is complete. */
void serial_init(struct serial *s, int fd, bool unbuffered);

uint8_t serial_read(struct serial *s, unsigned int reg);
void serial_write(struct serial *s, unsigned int reg, uint8_t value);

/* How many bytes serial_receive() would take now. */
size_t serial_room(const struct serial *s);

/* A byte arrives on the line.  Without room it is lost and an overrun reported, as on the wire. */
void serial_receive(struct serial *s, uint8_t byte);

/* Writes out what is waiting. */
void serial_flush(struct serial *s);

#endif
