// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "words/say.h"
#include "virtio_block.h"
#include "virtio_mmio.h"

#define BLOCK_ID 2
#define SECTOR	 512

#define F_SEG_MAX (1ull << 2)
#define F_RO	  (1ull << 5)
#define F_FLUSH	  (1ull << 9)

/* "Device Operation" */
#define REQUEST_IN     0
#define REQUEST_OUT    1
#define REQUEST_FLUSH  4
#define REQUEST_GET_ID 8

#define STATUS_OK	   0
#define STATUS_IOERR	   1
#define STATUS_UNSUPPORTED 2

#define ID_SIZE 20

struct request {
	uint32_t type, reserved;
	uint64_t sector;
};

struct block_config {
	uint64_t capacity; /* sectors */
	uint32_t size_max, seg_max;
};

struct disk {
	struct virtio virtio;
	struct virtio_type type;
	struct block_config config;
	int fd;
	char id[ID_SIZE];
};

/* Reads or writes the part of the disk at @sector, all of it or none is right. */
static uint8_t disk_transfer(const struct disk *disk, uint64_t sector, const struct iovec *iov,
			     unsigned int count, bool write)
{
	uint64_t size = iov_size(iov, count), sectors = size / SECTOR;
	ssize_t done;

	if (size % SECTOR || sector > disk->config.capacity ||
	    sectors > disk->config.capacity - sector)
		return STATUS_IOERR;
	if (write)
		done = pwritev(disk->fd, iov, count, sector * SECTOR);
	else
		done = preadv(disk->fd, iov, count, sector * SECTOR);
	return done >= 0 && (uint64_t)done == size ? STATUS_OK : STATUS_IOERR;
}

static uint8_t disk_request(const struct disk *disk, const struct request *request,
			    struct virtqueue_chain *chain)
{
	struct iovec *in = chain->iov + chain->out;

	switch (request->type) {
	case REQUEST_IN:
		return disk_transfer(disk, request->sector, in, chain->in, false);
	case REQUEST_OUT:
		if (disk->type.features & F_RO)
			return STATUS_IOERR;
		return disk_transfer(disk, request->sector, chain->iov, chain->out, true);
	case REQUEST_FLUSH:
		return fdatasync(disk->fd) ? STATUS_IOERR : STATUS_OK;
	case REQUEST_GET_ID:
		iov_write(in, chain->in, disk->id, ID_SIZE);
		return STATUS_OK;
	default:
		return STATUS_UNSUPPORTED;
	}
}

/* Takes the last byte off what can be written, which is where the status goes; NULL: there is none.
 */
static uint8_t *take_status(struct virtqueue_chain *chain)
{
	unsigned int i = chain->out + chain->in;

	while (i-- > chain->out)
		if (chain->iov[i].iov_len)
			return (uint8_t *)chain->iov[i].iov_base + --chain->iov[i].iov_len;
	return NULL;
}

/* Returns how many bytes were written to the chain. */
static uint32_t disk_handle(const struct disk *disk, struct virtqueue_chain *chain)
{
	uint8_t *status = take_status(chain);
	struct request request;
	uint64_t room;

	if (!status)
		return 0;
	room = iov_size(chain->iov + chain->out, chain->in);
	*status = STATUS_IOERR;
	if (iov_read(chain->iov, chain->out, &request, sizeof(request)) == sizeof(request))
		*status = disk_request(disk, &request, chain);
	return room + 1;
}

static void disk_work(struct virtio *v)
{
	struct virtqueue_chain chain;

	while (virtqueue_pop(&v->queues[0], &chain))
		virtio_push(v, &v->queues[0], &chain, disk_handle(v->device, &chain));
}

static int disk_open(struct disk *disk, const char *path, bool read_only)
{
	off_t size;

	disk->fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (disk->fd < 0)
		return say_errno("name a file that is there; FILE,ro opens it for reading only",
				 "cannot open the disk %s", path);
	if (flock(disk->fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB))
		return say_errno("does another VM use it?", "cannot lock the disk %s", path);
	size = lseek(disk->fd, 0, SEEK_END);
	if (size < SECTOR)
		return say_error("give it a size: truncate -s 1G FILE",
				 "the disk %s is smaller than a sector", path);
	disk->config.capacity = size / SECTOR;
	disk->config.seg_max = VIRTQUEUE_SIZE_MAX - 2; /* without the header and the status */
	return 0;
}

int virtio_block_add(struct machine *machine, const char *option)
{
	static struct disk disks[VIRTIO_MAX];
	static unsigned int nr_disks;
	size_t length = strlen(option);
	bool read_only = length > 3 && !strcmp(option + length - 3, ",ro");
	struct disk *disk = &disks[nr_disks];
	char path[4096];

	if (nr_disks == VIRTIO_MAX)
		return say_error("take one away", "more than %d disks", VIRTIO_MAX);
	snprintf(path, sizeof(path), "%.*s", (int)(length - (read_only ? 3 : 0)), option);
	if (disk_open(disk, path, read_only))
		return -1;
	snprintf(disk->id, sizeof(disk->id), "lintel-%u", nr_disks++);
	disk->type = (struct virtio_type){
		.id = BLOCK_ID,
		.features = F_SEG_MAX | F_FLUSH | (read_only ? F_RO : 0),
		.queues = 1,
		.work = disk_work,
	};
	disk->virtio = (struct virtio){
		.type = &disk->type,
		.device = disk,
		.config = &disk->config,
		.config_size = sizeof(disk->config),
	};
	return virtio_add(&disk->virtio, machine);
}
