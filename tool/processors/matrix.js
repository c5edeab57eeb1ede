"use strict";
(() => {
	const get = id => document.getElementById(id);
	const table = document.querySelector("table");
	const FIRST = 3; /* column of the table that is the first of processors */

	/* A column is a generation, or one of its processors; both know the generation's. */
	const columns = [];
	for (const head of [...table.tHead.rows[0].cells].slice(FIRST)) {
		const generation = head.matches(".g") ? null : columns.findLast(c => !c.generation);
		columns.push({
			head, generation, shown: true,
			box: head.querySelector("input"),
			name: head.title || head.querySelector("b").textContent,
			key: head.dataset.key,
			year: +(generation || {head}).head.dataset.year || (generation ? generation.year : 0),
			kind: (generation || {head}).head.dataset.kind,
		});
	}
	const generations = columns.filter(c => !c.generation);
	for (const g of generations)
		g.processors = columns.filter(c => c.generation === g);

	const rows = [];
	for (const body of table.tBodies) {
		const group = body.querySelector("h2").textContent;
		get("group").add(new Option(group));
		const options = document.createElement("optgroup");
		options.label = group;
		for (const line of [...body.rows].slice(1)) {
			const cells = [...line.cells].slice(FIRST);
			const name = line.querySelector("summary").textContent.trim();
			if (!cells.some(c => c.matches(".v")))
				options.append(new Option(name, rows.length));
			const title = line.querySelector(".t");
			const words = [name, group, line.querySelector(".where")?.textContent].join(" ").toLowerCase();
			rows.push({line, body, group, name, cells, words, title, sdm: title.textContent});
		}
		if (options.children.length)
			get("having").append(options);
	}

	const years = generations.map(g => g.year).filter(Boolean);
	for (const [id, year] of [["from", Math.min(...years)], ["to", Math.max(...years)]]) {
		get(id).min = Math.min(...years);
		get(id).max = Math.max(...years);
		get(id).placeholder = year;
	}

	const wordsOf = text => text.toLowerCase().split(/[\s,]+/).filter(Boolean);
	/* Does a word of the text begin so?  "ept" is not in "except". */
	const startsIn = (text, word) => text.split(/[^a-z0-9_]+/).some(w => w.startsWith(word)) ||
		(/[^a-z0-9_]/.test(word) && text.includes(word));
	const isThere = cell => cell.matches(".y, .f, .p");

	function chooseColumns() {
		const wanted = wordsOf(get("columns").value);
		const having = get("having").value && rows[get("having").value].cells;
		const from = +get("from").value || 0, to = +get("to").value || 9999, kind = get("kind").value;
		const named = c => !wanted.length || wanted.some(w => c.name.toLowerCase().includes(w));

		columns.forEach((c, i) => {
			c.wanted = (!kind || c.kind === kind) && (!having || isThere(having[i])) &&
				(!c.year ? !get("from").value && !get("to").value : from <= c.year && c.year <= to) &&
				(named(c) || (c.generation && named(c.generation)));
		});
		for (const g of generations)
			g.wanted = (g.wanted && !g.processors.length) || g.processors.some(c => c.wanted);
		columns.forEach((c, i) => {
			if (c.wanted === c.shown)
				return;
			c.shown = c.wanted;
			c.head.hidden = !c.shown;
			for (const row of rows)
				row.cells[i].hidden = !c.shown;
		});
	}

	function differs(row) {
		const seen = new Set();
		columns.forEach((c, i) => {
			const cell = row.cells[i];
			if (c.shown && c.generation && !cell.matches(".u"))
				seen.add(cell.matches(".y, .f") ? "there" : cell.textContent);
		});
		return seen.size > 1;
	}

	function chooseRows() {
		const wanted = wordsOf(get("rows").value), group = get("group").value;

		for (const row of rows)
			row.line.hidden = !wanted.every(w => startsIn(row.words, w)) ||
				(group && row.group !== group) || (get("differing").checked && !differs(row));
		for (const body of table.tBodies)
			body.hidden = [...body.rows].slice(1).every(line => line.hidden);
	}

	/* With few columns a narrow screen has room for their names. */
	function tell() {
		const seen = columns.filter(c => c.shown && (!c.generation || c.generation.box.checked));
		const processors = columns.filter(c => c.shown && c.generation).length;
		table.classList.toggle("few", seen.length <= 16);
		get("found").textContent = "Rows: " + rows.filter(r => !r.line.hidden).length +
			", generations: " + generations.filter(g => g.shown).length +
			", processors: " + processors;
	}

	function update() {
		chooseColumns();
		chooseRows();
		tell();
	}

	const meaning = {y: "yes", f: "always 1", n: "no", u: "not recorded"};

	/* What a cell stands for, when the pointer is on it. */
	table.addEventListener("mouseover", event => {
		const cell = event.target.closest("td:not(.s)");
		if (!cell || cell.title)
			return;
		const row = rows.find(r => r.line === cell.parentNode);
		const column = columns[row.cells.indexOf(cell)];
		cell.title = row.name + ", " + column.name + ": " +
			(meaning[cell.classList[0]] || cell.textContent);
	});

	/* The address of a cell: the row's id, and the generation or the recording. */
	let here;

	function mark(cell) {
		here?.classList.remove("here");
		here = cell;
		here?.classList.add("here");
	}

	table.addEventListener("click", event => {
		const cell = event.target.closest("td:not(.s)");
		if (!cell)
			return;
		const row = rows.find(r => r.line === cell.parentNode);
		mark(cell);
		history.replaceState(null, "", "#" + encodeURI(row.line.id + "/" +
			columns[row.cells.indexOf(cell)].key));
	});

	function follow() {
		const [id, ...rest] = decodeURI(location.hash.slice(1)).split("/");
		const row = rows.find(r => r.line.id === id), key = rest.join("/");
		const index = columns.findIndex(c => c.key === key);
		if (!row)
			return;
		get("filter").reset();
		setTimeout(() => {
			if (columns[index]?.generation)
				columns[index].generation.box.checked = true;
			tell();
			row.line.querySelector("details").open = true;
			mark(row.cells[index]);
			(row.cells[index] || row.line).scrollIntoView({block: "center", inline: "center"});
		});
	}

	window.addEventListener("hashchange", follow);

	function rename() {
		for (const row of rows)
			row.title.textContent = row.line.dataset[get("names").value] || row.sdm;
	}

	get("every").addEventListener("change", event => {
		for (const g of generations)
			g.box.checked = event.target.checked;
	});
	table.addEventListener("change", tell);
	get("filter").addEventListener("submit", event => event.preventDefault());
	get("filter").addEventListener("input", update);
	get("names").addEventListener("change", rename);
	get("filter").addEventListener("reset", () => {
		for (const g of generations)
			g.box.checked = false;
		setTimeout(() => {
			rename();
			update();
		});
	});
	get("filter").hidden = false;
	update();
	follow();
})();
