// SPDX-License-Identifier: GPL-2.0
/*
 * One table of generations, one of models.  A model that was sold under several code names has a
 * row for each range of steppings that tells them apart.  Where a server processor came out more
 * than a year after the client's of the same design, and can do more, it is a generation of its
 * own; otherwise it is with the client's.
 *
 * SDM: volume 4, table "CPUID Signature Values of DisplayFamily_DisplayModel".
 */
#include <string.h>
#include <strings.h>

#include "generation.h"

enum {
	NETBURST,
	YONAH,
	MEROM,
	PENRYN,
	BONNELL,
	NEHALEM,
	WESTMERE,
	SANDY_BRIDGE,
	SALTWELL,
	IVY_BRIDGE,
	HASWELL,
	SILVERMONT,
	BROADWELL,
	AIRMONT,
	SKYLAKE,
	GOLDMONT,
	KABY_LAKE,
	KNIGHTS,
	COFFEE_LAKE,
	SKYLAKE_X,
	GOLDMONT_PLUS,
	CANNON_LAKE,
	CASCADE_LAKE,
	COMET_LAKE,
	ICE_LAKE,
	COOPER_LAKE,
	LAKEFIELD,
	TREMONT,
	TIGER_LAKE,
	ICE_LAKE_SP,
	ROCKET_LAKE,
	ALDER_LAKE,
	RAPTOR_LAKE,
	SAPPHIRE_RAPIDS,
	ALDER_LAKE_N,
	EMERALD_RAPIDS,
	METEOR_LAKE,
	SIERRA_FOREST,
	GRANITE_RAPIDS,
	LUNAR_LAKE,
	ARROW_LAKE,
	PANTHER_LAKE,
	WILDCAT_LAKE,
	CLEARWATER_FOREST,
};

const struct generation generation_table[] = {
	[NETBURST] = {"NetBurst", 2005, false},
	[YONAH] = {"Yonah", 2006, false},
	[MEROM] = {"Merom", 2006, false},
	[PENRYN] = {"Penryn", 2007, false},
	[BONNELL] = {"Bonnell", 2008, true},
	[NEHALEM] = {"Nehalem", 2008, false},
	[WESTMERE] = {"Westmere", 2010, false},
	[SANDY_BRIDGE] = {"Sandy Bridge", 2011, false},
	[SALTWELL] = {"Saltwell", 2011, true},
	[IVY_BRIDGE] = {"Ivy Bridge", 2012, false},
	[HASWELL] = {"Haswell", 2013, false},
	[SILVERMONT] = {"Silvermont", 2013, true},
	[BROADWELL] = {"Broadwell", 2014, false},
	[AIRMONT] = {"Airmont", 2015, true},
	[SKYLAKE] = {"Skylake", 2015, false},
	[GOLDMONT] = {"Goldmont", 2016, true},
	[KABY_LAKE] = {"Kaby Lake", 2016, false},
	[KNIGHTS] = {"Knights Landing", 2016, true},
	[COFFEE_LAKE] = {"Coffee Lake", 2017, false},
	[SKYLAKE_X] = {"Skylake-X", 2017, false},
	[GOLDMONT_PLUS] = {"Goldmont Plus", 2017, true},
	[CANNON_LAKE] = {"Cannon Lake", 2018, false},
	[CASCADE_LAKE] = {"Cascade Lake", 2019, false},
	[COMET_LAKE] = {"Comet Lake", 2019, false},
	[ICE_LAKE] = {"Ice Lake", 2019, false},
	[COOPER_LAKE] = {"Cooper Lake", 2020, false},
	[LAKEFIELD] = {"Lakefield", 2020, false},
	[TREMONT] = {"Tremont", 2020, true},
	[TIGER_LAKE] = {"Tiger Lake", 2020, false},
	[ICE_LAKE_SP] = {"Ice Lake-SP", 2021, false},
	[ROCKET_LAKE] = {"Rocket Lake", 2021, false},
	[ALDER_LAKE] = {"Alder Lake", 2021, false},
	[RAPTOR_LAKE] = {"Raptor Lake", 2022, false},
	[SAPPHIRE_RAPIDS] = {"Sapphire Rapids", 2023, false},
	[ALDER_LAKE_N] = {"Alder Lake-N", 2023, true},
	[EMERALD_RAPIDS] = {"Emerald Rapids", 2023, false},
	[METEOR_LAKE] = {"Meteor Lake", 2023, false},
	[SIERRA_FOREST] = {"Sierra Forest", 2024, true},
	[GRANITE_RAPIDS] = {"Granite Rapids", 2024, false},
	[LUNAR_LAKE] = {"Lunar Lake", 2024, false},
	[ARROW_LAKE] = {"Arrow Lake", 2024, false},
	[PANTHER_LAKE] = {"Panther Lake", 2026, false},
	[WILDCAT_LAKE] = {"Wildcat Lake", 2026, false},
	[CLEARWATER_FOREST] = {"Clearwater Forest", 2026, true},
};

const unsigned int generation_count = sizeof(generation_table) / sizeof(generation_table[0]);

_Static_assert(sizeof(generation_table) / sizeof(generation_table[0]) <= GENERATIONS_MAX,
	       "more generations than GENERATIONS_MAX");

#define ANY 0, 15

/* The first row that fits counts. */
static const struct model {
	unsigned char family, model, first_stepping, last_stepping, generation;
} models[] = {
	{15, 4, ANY, NETBURST},
	{15, 6, ANY, NETBURST},
	{6, 14, ANY, YONAH},
	{6, 15, ANY, MEROM},
	{6, 22, ANY, MEROM},
	{6, 23, ANY, PENRYN},
	{6, 29, ANY, PENRYN},
	{6, 28, ANY, BONNELL},
	{6, 38, ANY, BONNELL},
	{6, 26, ANY, NEHALEM},
	{6, 30, ANY, NEHALEM},
	{6, 31, ANY, NEHALEM},
	{6, 46, ANY, NEHALEM},
	{6, 37, ANY, WESTMERE},
	{6, 44, ANY, WESTMERE},
	{6, 47, ANY, WESTMERE},
	{6, 42, ANY, SANDY_BRIDGE},
	{6, 45, ANY, SANDY_BRIDGE},
	{6, 39, ANY, SALTWELL},
	{6, 53, ANY, SALTWELL},
	{6, 54, ANY, SALTWELL},
	{6, 58, ANY, IVY_BRIDGE},
	{6, 62, ANY, IVY_BRIDGE},
	{6, 60, ANY, HASWELL},
	{6, 63, ANY, HASWELL},
	{6, 69, ANY, HASWELL},
	{6, 70, ANY, HASWELL},
	{6, 55, ANY, SILVERMONT},
	{6, 74, ANY, SILVERMONT},
	{6, 77, ANY, SILVERMONT},
	{6, 90, ANY, SILVERMONT},
	{6, 93, ANY, SILVERMONT},
	{6, 61, ANY, BROADWELL},
	{6, 71, ANY, BROADWELL},
	{6, 79, ANY, BROADWELL},
	{6, 86, ANY, BROADWELL},
	{6, 76, ANY, AIRMONT},
	{6, 78, ANY, SKYLAKE},
	{6, 94, ANY, SKYLAKE},
	{6, 92, ANY, GOLDMONT},
	{6, 95, ANY, GOLDMONT},
	{6, 142, 9, 10, KABY_LAKE},
	{6, 142, 11, 15, COMET_LAKE},
	{6, 158, 9, 9, KABY_LAKE},
	{6, 158, 10, 15, COFFEE_LAKE},
	{6, 87, ANY, KNIGHTS},
	{6, 133, ANY, KNIGHTS},
	{6, 85, 0, 4, SKYLAKE_X},
	{6, 85, 5, 9, CASCADE_LAKE},
	{6, 85, 10, 15, COOPER_LAKE},
	{6, 122, ANY, GOLDMONT_PLUS},
	{6, 102, ANY, CANNON_LAKE},
	{6, 165, ANY, COMET_LAKE},
	{6, 166, ANY, COMET_LAKE},
	{6, 125, ANY, ICE_LAKE},
	{6, 126, ANY, ICE_LAKE},
	{6, 138, ANY, LAKEFIELD},
	{6, 134, ANY, TREMONT},
	{6, 150, ANY, TREMONT},
	{6, 156, ANY, TREMONT},
	{6, 140, ANY, TIGER_LAKE},
	{6, 141, ANY, TIGER_LAKE},
	{6, 106, ANY, ICE_LAKE_SP},
	{6, 108, ANY, ICE_LAKE_SP},
	{6, 167, ANY, ROCKET_LAKE},
	{6, 151, ANY, ALDER_LAKE},
	{6, 154, ANY, ALDER_LAKE},
	{6, 183, ANY, RAPTOR_LAKE},
	{6, 186, ANY, RAPTOR_LAKE},
	{6, 191, ANY, RAPTOR_LAKE},
	{6, 143, ANY, SAPPHIRE_RAPIDS},
	{6, 190, ANY, ALDER_LAKE_N},
	{6, 207, ANY, EMERALD_RAPIDS},
	{6, 170, ANY, METEOR_LAKE},
	{6, 172, ANY, METEOR_LAKE},
	{6, 175, ANY, SIERRA_FOREST},
	{6, 173, ANY, GRANITE_RAPIDS},
	{6, 174, ANY, GRANITE_RAPIDS},
	{6, 189, ANY, LUNAR_LAKE},
	{6, 181, ANY, ARROW_LAKE},
	{6, 197, ANY, ARROW_LAKE},
	{6, 198, ANY, ARROW_LAKE},
	{6, 204, ANY, PANTHER_LAKE},
	{6, 213, ANY, WILDCAT_LAKE},
	{6, 221, ANY, CLEARWATER_FOREST},
};

static bool contains(const char *text, const char *name)
{
	for (; *text; text++)
		if (!strncasecmp(text, name, strlen(name)))
			return true;
	return false;
}

/* The longest name counts: "Goldmont Plus" also holds "Goldmont". */
static const struct generation *find_by_name(const char *cpu)
{
	const struct generation *found = NULL;

	for (unsigned int i = 0; i < generation_count; i++) {
		const struct generation *row = &generation_table[i];

		if (contains(cpu, row->name) && (!found || strlen(row->name) > strlen(found->name)))
			found = row;
	}
	return found;
}

const struct generation *generation_find(unsigned int family, unsigned int model,
					 unsigned int stepping, const char *cpu)
{
	if (!family)
		return find_by_name(cpu);
	for (unsigned int i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		const struct model *row = &models[i];

		if (row->family == family && row->model == model &&
		    row->first_stepping <= stepping && stepping <= row->last_stepping)
			return &generation_table[row->generation];
	}
	return NULL;
}
