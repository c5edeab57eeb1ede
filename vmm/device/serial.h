/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 16550A UART, register for register; who owns it leads serial_irq() to an interrupt controller.
 * What is sent is out at once, so the transmitter is always ready; what comes in waits on
 * the line, and in the receive FIFO as far as that has room, until the guest reads it.
 */
#ifndef VMM_SERIAL_H
#define VMM_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_PORT	 0x3f8
#define SERIAL_IRQ	 4
#define SERIAL_REGISTERS 8
#define SERIAL_FIFO	 16
#define SERIAL_LINE	 4096
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
	uint8_t line[SERIAL_LINE]; /* arrives as soon as the FIFO has room: no byte is lost */
	unsigned int line_first, line_count;
	char out[SERIAL_OUT]; /* sent, not yet written to @fd */
	size_t out_count;
	int fd;
	bool unbuffered;
};

/* Resets the UART.  What the guest sends goes to @fd: at once, or when a line is complete. */
void serial_init(struct serial *s, int fd, bool unbuffered);

uint8_t serial_read(struct serial *s, unsigned int reg);
void serial_write(struct serial *s, unsigned int reg, uint8_t value);

/* How many bytes serial_receive() can take now. */
size_t serial_room(const struct serial *s);

/* Puts a byte on the line; serial_room() must not be 0. */
void serial_receive(struct serial *s, uint8_t byte);

/* The level of the interrupt line, as a PC has it: behind OUT2. */
bool serial_irq(const struct serial *s);

/* Writes out what is waiting. */
void serial_flush(struct serial *s);

#endif
