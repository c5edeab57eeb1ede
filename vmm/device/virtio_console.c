// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <unistd.h>

#include "virtio_console.h"
#include "virtio_mmio.h"

#define CONSOLE_ID 3

#define RECEIVE	 0 /* queues, by the guest's names */
#define TRANSMIT 1

#define INPUT_SIZE 4096

static struct {
	struct virtio virtio;
	pthread_mutex_t lock; /* the input, which must not wait for the output */
	uint8_t input[INPUT_SIZE];
	size_t first, count;
} console = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* What stdout does not take is lost, as on a line without a listener. */
static void console_write(const struct iovec *iov)
{
	const uint8_t *at = iov->iov_base;
	size_t left = iov->iov_len;

	while (left) {
		ssize_t n = write(STDOUT_FILENO, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		at += n;
		left -= n;
	}
}

static void console_transmit(struct virtio *v)
{
	struct virtqueue_chain chain;
	unsigned int i;

	while (virtqueue_pop(&v->queues[TRANSMIT], &chain)) {
		for (i = 0; i < chain.out; i++)
			console_write(&chain.iov[i]);
		virtio_push(v, &v->queues[TRANSMIT], &chain, 0);
	}
}

/* Takes at most @size bytes of input. */
static uint32_t console_take(uint8_t *to, size_t size)
{
	uint32_t n = 0;

	pthread_mutex_lock(&console.lock);
	for (; n < size && console.count; console.count--) {
		to[n++] = console.input[console.first];
		console.first = (console.first + 1) % INPUT_SIZE;
	}
	pthread_mutex_unlock(&console.lock);
	return n;
}

static void console_deliver(struct virtio *v)
{
	struct virtqueue *q = &v->queues[RECEIVE];
	struct virtqueue_chain chain;
	uint8_t bytes[INPUT_SIZE];

	while (virtio_console_room() < INPUT_SIZE && virtqueue_pop(q, &chain)) {
		uint64_t room = iov_size(chain.iov + chain.out, chain.in);
		uint32_t n = console_take(bytes, room < INPUT_SIZE ? room : INPUT_SIZE);

		iov_write(chain.iov + chain.out, chain.in, bytes, n);
		virtio_push(v, q, &chain, n);
	}
}

static void console_work(struct virtio *v)
{
	console_transmit(v);
	console_deliver(v);
}

size_t virtio_console_room(void)
{
	size_t room;

	pthread_mutex_lock(&console.lock);
	room = INPUT_SIZE - console.count;
	pthread_mutex_unlock(&console.lock);
	return room;
}

void virtio_console_receive(const uint8_t *bytes, size_t count)
{
	size_t i;

	pthread_mutex_lock(&console.lock);
	for (i = 0; i < count && console.count < INPUT_SIZE; i++)
		console.input[(console.first + console.count++) % INPUT_SIZE] = bytes[i];
	pthread_mutex_unlock(&console.lock);
	virtio_wake(&console.virtio);
}

int virtio_console_add(struct machine *machine)
{
	static const struct virtio_type type = {
		.id = CONSOLE_ID,
		.queues = 2,
		.work = console_work,
	};

	console.virtio = (struct virtio){.type = &type};
	return virtio_add(&console.virtio, machine);
}
