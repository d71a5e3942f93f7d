"use strict";
// The table of hand-ins: sorted, filtered, and shown a page at a time. Texts are only ever set as text.
(() => {
  const { mistakes, statuses, looks, rows } = JSON.parse(document.getElementById("data").textContent);
  const [NAME, STATUS, GIVEN, MAXIMUM, PERCENT, SECONDS, LOOKS, WHY, MISTAKES, LOST, FILES] = Array(11).keys();
  const by = (id) => document.getElementById(id);
  const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const lower = new Map(rows.map((row) => [row, row[NAME].toLowerCase()]));
  const alphabetical = [...rows].sort((a, b) => names.compare(a[NAME], b[NAME]));
  const place = new Map(alphabetical.map((row, i) => [row, i]));
  const keys = {
    name: (row) => place.get(row),
    status: (row) => row[STATUS],
    percent: (row) => row[PERCENT],
    seconds: (row) => row[SECONDS],
    mistakes: (row) => row[MISTAKES].length,
    look: (row) => row[LOOKS].length,
  };
  const falling = new Set(["mistakes", "look", "seconds"]); // what is looked for there is at the top end
  let sorted = { key: "name", up: true }, found = rows, page = 0;

  function compare(a, b) {
    const [x, y] = [keys[sorted.key](a), keys[sorted.key](b)];
    if (x === null || y === null) return (x === null) - (y === null); // what has no value stays at the end
    return (sorted.up ? x - y : y - x) || place.get(a) - place.get(b);
  }

  function tests() {
    const name = by("f-name").value.trim().toLowerCase(), status = by("f-status").value, look = by("f-look").value;
    const criterion = by("f-criterion").value, mistake = by("f-mistake").value, from = by("f-from").value, to = by("f-to").value;
    return [
      (row) => !name || lower.get(row).includes(name),
      (row) => !status || statuses[row[STATUS]] === status,
      (row) => !look || (look === "any" ? row[LOOKS].length > 0 : row[LOOKS].includes(looks.indexOf(look))),
      (row) => !criterion || row[LOST].includes(Number(criterion)),
      (row) => !mistake || row[MISTAKES].includes(Number(mistake)),
      (row) => !from || (row[PERCENT] !== null && row[PERCENT] >= Number(from)),
      (row) => !to || (row[PERCENT] !== null && row[PERCENT] <= Number(to)),
    ];
  }

  function filter() {
    const wanted = tests();
    found = rows.filter((row) => wanted.every((test) => test(row))).sort(compare);
    page = 0;
    show();
  }

  function cell(line, words, kind) {
    const made = line.insertCell();
    made.textContent = words;
    if (kind) made.className = kind;
    return made;
  }

  function link(parent, words, address) {
    const made = document.createElement("a");
    made.href = address;
    made.textContent = words;
    made.dir = "auto";
    parent.append(made);
  }

  function line(row) {
    const made = document.createElement("tr");
    const [first, ...others] = row[FILES];
    const name = cell(made, first ? "" : row[NAME]);
    if (first) link(name, row[NAME], first);
    for (const file of others) {
      name.append(" ");
      link(name, file.slice(file.lastIndexOf(".") + 1).toUpperCase(), file);
      name.lastChild.setAttribute("aria-label", `${row[NAME]}, PDF`);
    }
    cell(made, statuses[row[STATUS]]);
    cell(made, row[GIVEN] === null ? "–" : `${row[GIVEN]} / ${row[MAXIMUM]} · ${Math.floor(row[PERCENT])}%`, "right");
    cell(made, row[SECONDS] === null ? "–" : `${row[SECONDS].toFixed(1)} s`, "right");
    cell(made, row[MISTAKES].map((i) => mistakes[i][0]).join("; "), "quiet");
    cell(made, row[WHY], row[LOOKS].length ? "look" : "");
    return made;
  }

  function show() {
    const size = Number(by("size").value), pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.max(0, Math.min(page, pages - 1));
    by("rows").replaceChildren(...found.slice(page * size, (page + 1) * size).map(line));
    by("found").textContent = found.length === rows.length ? `${rows.length} hand-ins` : `${found.length} of ${rows.length} hand-ins`;
    by("place").textContent = `Page ${page + 1} of ${pages}`;
    by("first").disabled = by("back").disabled = page === 0;
    by("last").disabled = by("next").disabled = page === pages - 1;
    for (const button of document.querySelectorAll("[data-sort]")) {
      const heading = button.closest("th");
      if (button.dataset.sort === sorted.key) heading.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    }
  }

  function only(field, value) {
    by("filter").reset();
    by(field).value = value;
    filter();
    by("hand-ins").scrollIntoView();
    by(field).focus({ preventScroll: true });
  }

  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      const key = button.dataset.sort;
      sorted = { key, up: sorted.key === key ? !sorted.up : !falling.has(key) };
      found.sort(compare);
      page = 0;
      show();
    });
  }
  for (const button of document.querySelectorAll("[data-criterion]")) button.addEventListener("click", () => only("f-criterion", button.dataset.criterion));
  for (const button of document.querySelectorAll("[data-mistake]")) button.addEventListener("click", () => only("f-mistake", button.dataset.mistake));
  by("filter").addEventListener("submit", (event) => event.preventDefault());
  by("filter").addEventListener("input", filter);
  by("filter").addEventListener("reset", () => setTimeout(filter));
  by("size").addEventListener("change", () => { page = 0; show(); });
  for (const [id, step] of [["first", -Infinity], ["back", -1], ["next", 1], ["last", Infinity]])
    by(id).addEventListener("click", () => { page = step === Infinity ? rows.length : step === -Infinity ? 0 : page + step; show(); });
  filter();
})();
