// SPDX-License-Identifier: GPL-2.0
#include "facts/msr_condition.h"

#define OFFERED false
#define ALWAYS	true

const struct msr_condition_row msr_conditions[MSR_CONDITIONS] = {
#define IF_CPUID(name, user, ...)                                                                  \
	[MSR_IF_##name] = {                                                                        \
		.always = user,                                                                    \
		.count = sizeof((const u16[]){__VA_ARGS__}) / sizeof(u16),                         \
		.feature = {__VA_ARGS__},                                                          \
	},
#define IF_PV(name, feature_)                                                                      \
	[MSR_IF_##name] = {                                                                        \
		.pv = true,                                                                        \
		.count = 1,                                                                        \
		.feature = {feature_},                                                             \
	},
#define IF_ELSE(name, words)
#include "facts/msr_condition_list.h"
};
