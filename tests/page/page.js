/* SPDX-License-Identifier: GPL-2.0 */
/* Uses the page as a reader would, and says in it what was seen. */
"use strict";
addEventListener("load", () => {
	const get = id => document.getElementById(id);
	const lines = [];
	const check = (words, right) => lines.push((right ? "ok - " : "not ok - ") + words);
	const table = document.querySelector("table");
	const shown = selector => [...document.querySelectorAll(selector)]
		.filter(element => element.getClientRects().length);
	const set = (id, value) => {
		get(id).value = value;
		get(id).dispatchEvent(new Event("input", {bubbles: true}));
	};
	const reset = async () => {
		get("filter").reset();
		await new Promise(done => setTimeout(done, 10));
	};
	const rows = () => shown("tbody tr:not(.group)").length;
	const heads = () => shown("thead th.g").length;
	const singles = () => shown("thead th:not(.g):not(.s):not(.name)").length;

	(async () => {
		const allRows = rows(), allHeads = heads();

		check("the filter is there", shown("#filter").length === 1);
		check("all rows are shown", allRows > 100);
		check("no single processor is shown", singles() === 0);
		check("the names of the columns are cells of a head",
			[...document.querySelectorAll("thead th")].every(th => th.scope === "col"));
		check("the names of the rows too", [...document.querySelectorAll("tbody tr")]
			.every(tr => /^row/.test(tr.cells[0].scope)));

		set("rows", "pml");
		check("a word finds its rows", rows() >= 1 && rows() < 5 &&
			shown("tbody tr:not(.group)")[0].textContent.includes("PML"));
		set("rows", "0x48b");
		check("so does the number of an MSR", rows() > 20 && rows() < 40);
		await reset();
		check("reset brings all back", rows() === allRows && heads() === allHeads);

		set("columns", "haswell");
		set("kind", "big");
		check("a name finds its column", heads() === 1);
		shown("thead th.g input")[0].click();
		check("its box shows the processors", singles() > 3);
		check("each row has a cell for each", shown("tbody tr:not(.group)").every(tr =>
			[...tr.cells].filter(cell => cell.getClientRects().length).length === 4 + singles()));
		await reset();

		set("from", "2020");
		set("to", "2021");
		check("years choose columns", heads() > 2 && heads() < 12);
		await reset();
		set("kind", "virtual");
		check("so does the kind of processor", heads() === 1);
		set("kind", "emulated");
		check("emulated ones are one", heads() === 1);
		await reset();

		const option = [...get("having").options].find(o => o.text.includes("enable PML"));
		set("having", option.value);
		check("a feature chooses those that have it", heads() > 5 && heads() < allHeads - 5);
		get("every").click();
		const line = [...document.querySelectorAll("tbody tr")]
			.find(tr => tr.textContent.includes("enable PML"));
		check("all of them, and only them", [...line.cells].slice(3)
			.filter(cell => cell.getClientRects().length).every(cell => cell.matches(".y, .f, .p")));
		await reset();

		get("differing").click();
		check("rows that do not differ are left out", rows() < allRows && rows() > 20);
		await reset();

		const guest = get("secondary:7"), name = () => guest.querySelector(".t").textContent;
		set("rows", "vmx-unrestricted-guest");
		check("QEMU's name of a row finds it", rows() === 1 && guest.getClientRects().length === 1);
		await reset();
		get("names").value = "qemu";
		get("names").dispatchEvent(new Event("change", {bubbles: true}));
		check("rows can have QEMU's names", name() === "vmx-unrestricted-guest");
		await reset();
		check("and the SDM's again", name() === "unrestricted guest");

		guest.cells[5].click();
		check("a click on a cell is an address", /^#secondary:7\/./.test(location.hash));
		location.hash = "#secondary:1/Skylake_00506E3.msr";
		await new Promise(done => setTimeout(done, 100));
		const here = document.querySelector(".here");
		check("which leads to the cell", here && here.parentNode.id === "secondary:1" &&
			here.getClientRects().length === 1);
		await reset();

		line.querySelector("summary").click();
		check("a row unfolds", line.querySelector("details").open &&
			line.querySelector("details p").getClientRects().length === 1);
		check("the page is as wide as the window", document.documentElement.scrollWidth <= innerWidth);

		const result = document.createElement("pre");
		result.id = "result";
		result.textContent = lines.join("\n") + "\n";
		document.body.append(result);
	})();
});
