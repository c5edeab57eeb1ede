// SPDX-License-Identifier: GPL-2.0
/*
 * lab: the part of the lab that runs inside the emulated machine, started by its
 * init script. It drives the disk and Bochs's own ports from user space: libata and
 * a block layer with partitions would cost seconds of emulation at every boot.
 *
 *   lab wait          wait until the disk has a header, with a word to the host if it has none
 *                     yet; write the run's settings
 *   lab payload       write the payload, a tar archive
 *   lab klog MARK     send the kernel log from the record that has MARK on to the host
 *   lab end           let the terminal drain, then end the emulation
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"

/* The primary ATA channel: command block, control register, and what is used of them. */
enum {
	ATA_DATA = 0x1f0,
	ATA_COUNT = 0x1f2,
	ATA_LBA_LOW = 0x1f3,
	ATA_LBA_MID = 0x1f4,
	ATA_LBA_HIGH = 0x1f5,
	ATA_DEVICE = 0x1f6,
	ATA_COMMAND = 0x1f7, /* read: status */
	ATA_CONTROL = 0x3f6,
	ATA_STATUS_BUSY = 0x80,
	ATA_STATUS_DRQ = 0x08,
	ATA_STATUS_ERROR = 0x01,
	ATA_DEVICE_LBA = 0xe0,
	ATA_READ_SECTORS = 0x20,
	ATA_NO_INTERRUPT = 0x02,
	ATA_MAX_SECTORS = 256,
};

#define POLL_NS 5000000L

/*
 * What supervise.c takes for the moment for a snapshot. A restored serial port sends its last
 * byte again, so let that be one that supervise.c drops.
 */
#define READY "\036ready:0\n\r"

static char sectors[ATA_MAX_SECTORS * SECTOR_SIZE];

static void die(const char *what)
{
	fprintf(stderr, "lab: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void disk_wait_data(void)
{
	uint8_t status;

	do
		status = inb(ATA_COMMAND);
	while (status & ATA_STATUS_BUSY || !(status & (ATA_STATUS_DRQ | ATA_STATUS_ERROR)));
	if (status & ATA_STATUS_ERROR) {
		errno = EIO;
		die("disk");
	}
}

/* Read 1 to 256 sectors into `sectors`. */
static void disk_read(uint32_t lba, unsigned int count)
{
	outb(ATA_NO_INTERRUPT, ATA_CONTROL);
	outb((uint8_t)(ATA_DEVICE_LBA | lba >> 24), ATA_DEVICE);
	outb((uint8_t)count, ATA_COUNT);
	outb((uint8_t)lba, ATA_LBA_LOW);
	outb((uint8_t)(lba >> 8), ATA_LBA_MID);
	outb((uint8_t)(lba >> 16), ATA_LBA_HIGH);
	outb(ATA_READ_SECTORS, ATA_COMMAND);
	for (unsigned int i = 0; i < count; i++) {
		disk_wait_data();
		insw(ATA_DATA, sectors + i * SECTOR_SIZE, SECTOR_SIZE / 2);
	}
}

static void write_out(const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(STDOUT_FILENO, data, size);

		if (n < 0)
			die("write");
		data += n;
		size -= (size_t)n;
	}
}

/* The header is the magic word and the number of bytes of the payload. */
static bool disk_header(unsigned long *payload)
{
	char header[SECTOR_SIZE + 1];

	disk_read(0, 1);
	memcpy(header, sectors, SECTOR_SIZE);
	header[SECTOR_SIZE] = '\0';
	return sscanf(header, DISK_MAGIC " %lu", payload) == 1;
}

static int cmd_wait(void)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	unsigned long payload;

	if (!disk_header(&payload))
		fputs(READY, stderr);
	while (!disk_header(&payload))
		nanosleep(&pause, NULL);
	disk_read(DISK_CONF_SECTOR, DISK_CONF_SECTORS);
	write_out(sectors, strnlen(sectors, DISK_CONF_SECTORS * SECTOR_SIZE));
	return 0;
}

static int cmd_payload(void)
{
	unsigned long left;
	uint32_t lba = DISK_TAR_SECTOR;

	if (!disk_header(&left)) {
		errno = ENODATA;
		die("disk header");
	}
	while (left) {
		size_t size = left < sizeof(sectors) ? left : sizeof(sectors);

		disk_read(lba, (unsigned int)((size + SECTOR_SIZE - 1) / SECTOR_SIZE));
		write_out(sectors, size);
		lba += ATA_MAX_SECTORS;
		left -= size;
	}
	return 0;
}

static void host_print(const char *text)
{
	outsb(PORT_DEBUG, text, strlen(text));
}

/*
 * Send one record of /dev/kmsg ("priority,sequence,microseconds,flags;text", then lines
 * of properties) in the form that dmesg gives it.
 */
static void klog_send(char *record)
{
	unsigned long long us = 0;
	char *text = strchr(record, ';');
	char line[64];

	if (!text)
		return;
	text++;
	text[strcspn(text, "\n")] = '\0';
	sscanf(record, "%*u,%*u,%llu", &us);
	snprintf(line, sizeof(line), "[%5llu.%06llu] ", us / 1000000, us % 1000000);
	host_print(line);
	host_print(text);
	host_print("\n");
}

static int klog_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		die("/dev/kmsg");
	return fd;
}

/* Next record into `buf`; false at the end of the log. */
static bool klog_next(int fd, char *buf, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buf, size - 1);
	while (n < 0 && errno == EPIPE); /* records were overwritten: go on with the oldest */
	if (n < 0 && errno != EAGAIN)
		die("/dev/kmsg");
	if (n <= 0)
		return false;
	buf[n] = '\0';
	return true;
}

static bool klog_find(int fd, const char *mark, char *buf, size_t size)
{
	while (klog_next(fd, buf, size))
		if (strstr(buf, mark))
			return true;
	return false;
}

static int cmd_klog(const char *mark)
{
	static char buf[8192];
	int fd = klog_open();

	host_print("\n");
	if (!klog_find(fd, mark, buf, sizeof(buf))) {
		host_print("lab: the beginning of the kernel log is lost\n");
		close(fd);
		fd = klog_open();
	}
	while (klog_next(fd, buf, sizeof(buf)))
		klog_send(buf);
	return 0;
}

/* One tick is one instruction, on this processor or while it waits for another. */
static int cmd_ticks(void)
{
	printf("%llu\n", __builtin_ia32_rdtsc());
	return 0;
}

static int cmd_end(void)
{
	static const char shutdown[] = "Shutdown";

	tcdrain(STDOUT_FILENO);
	/* Drained means handed to the line; its last bytes are still in the emulated UART. */
	usleep(10000);
	outsb(PORT_SHUTDOWN, shutdown, sizeof(shutdown) - 1);
	return 1;
}

int main(int argc, char **argv)
{
	if (iopl(3))
		die("iopl");
	if (argc == 2 && !strcmp(argv[1], "wait"))
		return cmd_wait();
	if (argc == 2 && !strcmp(argv[1], "payload"))
		return cmd_payload();
	if (argc == 3 && !strcmp(argv[1], "klog"))
		return cmd_klog(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "ticks"))
		return cmd_ticks();
	if (argc == 2 && !strcmp(argv[1], "end"))
		return cmd_end();
	fputs("usage: lab wait|payload|klog MARK|ticks|end\n", stderr);
	return 2;
}
