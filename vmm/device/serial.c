// SPDX-License-Identifier: GPL-2.0
/*
 * Register names and bits are those of the PC16550D data sheet.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "serial.h"

enum {
	REG_DATA, /* RBR and THR; DLL with DLAB */
	REG_IER,  /* DLM with DLAB */
	REG_IIR,  /* FCR when written */
	REG_LCR,
	REG_MCR,
	REG_LSR,
	REG_MSR,
	REG_SCR,
};

#define IER_RECEIVED	0x01
#define IER_TRANSMITTED 0x02
#define IER_LINE	0x04
#define IER_MODEM	0x08
#define IER_MASK	0x0f

#define IIR_NONE	0x01
#define IIR_MODEM	0x00
#define IIR_TRANSMITTED 0x02
#define IIR_RECEIVED	0x04
#define IIR_LINE	0x06
#define IIR_FIFOS	0xc0

#define FCR_ENABLE	  0x01
#define FCR_CLEAR_RECEIVE 0x02
#define FCR_KEPT	  0xc9 /* enable, DMA mode, trigger level */

#define LCR_DLAB 0x80

#define MCR_DTR	 0x01
#define MCR_RTS	 0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08
#define MCR_LOOP 0x10
#define MCR_MASK 0x1f

#define LSR_DATA_READY 0x01
#define LSR_OVERRUN    0x02
#define LSR_THRE       0x20
#define LSR_TEMT       0x40

#define MSR_CTS 0x10
#define MSR_DSR 0x20
#define MSR_RI	0x40
#define MSR_DCD 0x80

void serial_init(struct serial *s, int fd, bool unbuffered)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->unbuffered = unbuffered;
	s->dll = 1; /* 115200 baud */
	s->msr_lines = MSR_CTS | MSR_DSR | MSR_DCD;
	s->thre_pending = true;
}

void serial_flush(struct serial *s)
{
	size_t done = 0;

	while (done < s->out_count) {
		ssize_t n = write(s->fd, s->out + done, s->out_count - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; /* nobody reads any more: the guest's output is lost, as on a wire */
		done += n;
	}
	s->out_count = 0;
}

static void serial_send(struct serial *s, uint8_t byte)
{
	s->out[s->out_count++] = (char)byte;
	if (s->unbuffered || byte == '\n' || s->out_count == sizeof(s->out))
		serial_flush(s);
}

static size_t fifo_size(const struct serial *s)
{
	return s->fcr & FCR_ENABLE ? SERIAL_FIFO : 1;
}

size_t serial_room(const struct serial *s)
{
	return SERIAL_LINE - s->line_count;
}

static void fifo_put(struct serial *s, uint8_t byte)
{
	if (s->fifo_count < fifo_size(s)) {
		s->fifo[(s->fifo_first + s->fifo_count++) % SERIAL_FIFO] = byte;
		return;
	}
	s->lsr_errors |= LSR_OVERRUN;
	/* Without FIFOs the new byte takes the place of the old one; with them it is dropped. */
	if (!(s->fcr & FCR_ENABLE))
		s->fifo[s->fifo_first] = byte;
}

static uint8_t fifo_get(struct serial *s)
{
	uint8_t byte;

	if (!s->fifo_count)
		return 0;
	byte = s->fifo[s->fifo_first];
	s->fifo_first = (s->fifo_first + 1) % SERIAL_FIFO;
	s->fifo_count--;
	return byte;
}

static void fifo_clear(struct serial *s)
{
	s->fifo_first = 0;
	s->fifo_count = 0;
}

/* In loopback the receiver is off the line: what is there waits. */
static void line_arrive(struct serial *s)
{
	while (s->line_count && s->fifo_count < fifo_size(s) && !(s->mcr & MCR_LOOP)) {
		fifo_put(s, s->line[s->line_first]);
		s->line_first = (s->line_first + 1) % SERIAL_LINE;
		s->line_count--;
	}
}

void serial_receive(struct serial *s, uint8_t byte)
{
	s->line[(s->line_first + s->line_count++) % SERIAL_LINE] = byte;
	line_arrive(s);
}

static uint8_t read_data(struct serial *s)
{
	uint8_t byte = fifo_get(s);

	line_arrive(s);
	return byte;
}

/* The highest-priority interrupt that is enabled and pending. */
static uint8_t serial_interrupt(const struct serial *s)
{
	if (s->ier & IER_LINE && s->lsr_errors)
		return IIR_LINE;
	if (s->ier & IER_RECEIVED && s->fifo_count)
		return IIR_RECEIVED;
	if (s->ier & IER_TRANSMITTED && s->thre_pending)
		return IIR_TRANSMITTED;
	if (s->ier & IER_MODEM && s->msr_changes)
		return IIR_MODEM;
	return IIR_NONE;
}

bool serial_irq(const struct serial *s)
{
	return s->mcr & MCR_OUT2 && !(s->mcr & MCR_LOOP) && serial_interrupt(s) != IIR_NONE;
}

static uint8_t read_iir(struct serial *s)
{
	uint8_t iir = serial_interrupt(s);

	if (iir == IIR_TRANSMITTED)
		s->thre_pending = false;
	return iir | (s->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct serial *s)
{
	uint8_t lsr = LSR_THRE | LSR_TEMT | s->lsr_errors;

	if (s->fifo_count)
		lsr |= LSR_DATA_READY;
	s->lsr_errors = 0;
	return lsr;
}

static uint8_t read_msr(struct serial *s)
{
	uint8_t msr = s->msr_lines | s->msr_changes;

	s->msr_changes = 0;
	return msr;
}

/* In loopback the four modem outputs are wired to the four inputs. */
static uint8_t modem_lines(uint8_t mcr)
{
	if (!(mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (mcr & MCR_RTS ? MSR_CTS : 0) | (mcr & MCR_DTR ? MSR_DSR : 0) |
	       (mcr & MCR_OUT1 ? MSR_RI : 0) | (mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static void write_mcr(struct serial *s, uint8_t value)
{
	uint8_t before = s->msr_lines;
	uint8_t after, changed;

	s->mcr = value & MCR_MASK;
	after = modem_lines(s->mcr);
	changed = before ^ after;
	/* The delta bit of the ring indicator is its trailing edge only. */
	if (changed & MSR_RI && after & MSR_RI)
		changed &= ~MSR_RI;
	s->msr_lines = after;
	s->msr_changes |= changed >> 4;
	line_arrive(s);
}

static void write_fcr(struct serial *s, uint8_t value)
{
	/* Switching the FIFOs on or off empties them. */
	if ((value ^ s->fcr) & FCR_ENABLE || (value & FCR_ENABLE && value & FCR_CLEAR_RECEIVE))
		fifo_clear(s);
	s->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
	line_arrive(s);
}

static void write_data(struct serial *s, uint8_t value)
{
	if (s->mcr & MCR_LOOP)
		fifo_put(s, value);
	else
		serial_send(s, value);
	s->thre_pending = true;
}

static void write_ier(struct serial *s, uint8_t value)
{
	/* Enabling the interrupt of a transmitter that is empty raises it. */
	if (value & ~s->ier & IER_TRANSMITTED)
		s->thre_pending = true;
	s->ier = value & IER_MASK;
}

uint8_t serial_read(struct serial *s, unsigned int reg)
{
	bool dlab = s->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		return dlab ? s->dll : read_data(s);
	case REG_IER:
		return dlab ? s->dlm : s->ier;
	case REG_IIR:
		return read_iir(s);
	case REG_LCR:
		return s->lcr;
	case REG_MCR:
		return s->mcr;
	case REG_LSR:
		return read_lsr(s);
	case REG_MSR:
		return read_msr(s);
	case REG_SCR:
		return s->scr;
	}
	return 0xff;
}

void serial_write(struct serial *s, unsigned int reg, uint8_t value)
{
	bool dlab = s->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		if (dlab)
			s->dll = value;
		else
			write_data(s, value);
		break;
	case REG_IER:
		if (dlab)
			s->dlm = value;
		else
			write_ier(s, value);
		break;
	case REG_IIR:
		write_fcr(s, value);
		break;
	case REG_LCR:
		s->lcr = value;
		break;
	case REG_MCR:
		write_mcr(s, value);
		break;
	case REG_SCR:
		s->scr = value;
		break;
	default: /* LSR and MSR are read-only in normal use */
		break;
	}
}
