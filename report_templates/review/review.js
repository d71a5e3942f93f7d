"use strict";
// Keys, the active answer, and what must not get lost on the way to the server. Texts are only ever set as text.
(() => {
  const by = (id) => document.getElementById(id);
  const cards = () => [...document.querySelectorAll(".card")];
  const waits = (card) => ["open", "contested"].includes(panel(card).dataset.state);
  const panel = (card) => card.querySelector(".panel");
  const busy = (card) => panel(card).querySelector("form.htmx-request") !== null;
  const LOOK = 1200, others = new WeakMap(); // milliseconds; when a card was last found to be marked by somebody else
  let active = null, choosing = false, advance = null, waiting = null;

  // The active answer

  function activate(card, { scroll = true, focus = true } = {}) {
    if (!card) return;
    if (active && active !== card) active.classList.remove("active");
    const fresh = active !== card;
    active = card;
    card.classList.add("active");
    if (focus) card.focus({ preventScroll: true });
    if (scroll) show(card);
    if (fresh && !dirty(card)) htmx.trigger(panel(card), "look"); // somebody else may have marked it meanwhile
  }

  function show(card) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    card.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  function step(by_) {
    const all = cards(), at = all.indexOf(active) + by_;
    if (at >= 0 && at < all.length) activate(all[at]);
    else if (at >= all.length) follow("next-page");
  }

  function next() {
    const all = cards(), at = all.indexOf(active);
    return all.slice(at + 1).find(waits) || all.slice(0, Math.max(at, 0)).find(waits);
  }

  function nextWaiting() {
    if (next()) activate(next());
    else follow("next-page");
  }

  function follow(name) {
    const link = document.querySelector(`a[data-do="${name}"]`);
    if (link && !link.hidden) link.click();
  }

  // Giving marks

  function dirty(card) {
    return [...panel(card).querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
  }

  function press(key) {
    if (!active) return;
    if (busy(active)) { waiting = key; return; } // two marks of one answer never travel at once
    if (performance.now() - (others.get(active) ?? -LOOK) < LOOK) { say("Somebody has marked this just now. Look first."); return; }
    const button = panel(active).querySelector(`button[data-key="${key}"]`);
    if (button) button.click();
  }

  // A form that htmx has not seen yet would be sent by the browser itself, as a new page
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.hasAttribute("hx-post")) return;
    event.preventDefault();
    setTimeout(() => { if (event.target.isConnected) event.target.requestSubmit(event.submitter); }, 30);
  });

  function save(card) {
    const button = panel(card).querySelector("[data-save]");
    if (button && dirty(card) && !busy(card)) button.form.requestSubmit(button);
  }

  function insert(text) {
    const field = active && panel(active).querySelector("textarea");
    if (!field) return;
    const before = field.value.trimEnd();
    if (!before.includes(text)) field.value = before ? `${before}\n${text}` : text;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const pressed = event.detail.requestConfig.triggeringEvent?.submitter;
    advance = pressed && (pressed.matches(".level") || pressed.matches(".give-points")) ? event.detail.elt.closest(".card") : advance;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const card = event.detail.elt.closest?.(".card");
    if (!card) return;
    const { state, mine } = panel(card).dataset;
    if (state === "contested" || mine === undefined) others.set(card, performance.now()); // a key pressed before was for something else
    if (card === active && (document.activeElement === document.body || document.activeElement === null)) card.focus({ preventScroll: true });
    if (waiting !== null && card === active) { const key = waiting; waiting = null; advance = null; press(key); return; }
    if (advance === card && panel(card).dataset.state === "marked") {
      advance = null;
      if (card !== active) return;
      if (next()) activate(next());
      else say("All on this page are marked. ] goes on.");
    } else if (advance === card) advance = null;
  });

  // Whoever is typing keeps the field: that somebody else was quicker is told when this one is given
  document.addEventListener("htmx:beforeSwap", (event) => {
    const card = event.detail.target.closest?.(".card");
    const typing = card && panel(card).contains(document.activeElement) && document.activeElement.matches("textarea, input");
    if (!card || event.detail.requestConfig.verb !== "get" || event.detail.xhr.status !== 200) return;
    if (typing || dirty(card)) event.detail.shouldSwap = false;
    else others.set(card, performance.now());
  });

  // What the server could not be told

  const unsaved = (event) => {
    const form = event.detail.elt.closest?.("form");
    const banner = by("banner");
    banner.textContent = event.detail.xhr?.status === 403
      ? "This page is no longer let in. Open a new link; what you typed here was not saved."
      : "The server did not take the last step, so it is not saved. Is it still running? Try again.";
    banner.hidden = false;
    if (form) waiting = advance = null;
  };
  document.addEventListener("htmx:sendError", unsaved);
  document.addEventListener("htmx:timeout", unsaved);
  document.addEventListener("htmx:responseError", unsaved);
  document.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail.successful) by("banner").hidden = true; });
  addEventListener("beforeunload", (event) => { if (cards().some((card) => dirty(card) || busy(card))) event.preventDefault(); });

  // A comment is kept when its answer is left. A press on a button of the same form is no leaving: it sends the comment too.

  let inside = null;
  document.addEventListener("pointerdown", (event) => { inside = event.target.closest?.("form") ?? null; }, true);
  document.addEventListener("keydown", () => { inside = null; }, true);
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (!field.matches?.(".card textarea") || field.form === inside || field.form.contains(event.relatedTarget)) return;
    if (field.form.querySelector("[name=why]")) return; // an override is given with its reason only
    save(field.closest(".card"));
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.(".card");
    if (card && card !== active) activate(card, { scroll: false, focus: false });
  });
  document.addEventListener("click", (event) => {
    const card = event.target.closest?.(".card");
    if (card && card !== active) activate(card, { scroll: false, focus: !event.target.closest("a, button, input, textarea, summary") });
    const phrase = event.target.closest?.(".phrase");
    if (phrase) { choose(false); insert(phrase.dataset.text); }
  });

  // Words for the marker

  let quiet = 0;
  function say(words, address) {
    const toast = by("toast");
    toast.replaceChildren(words);
    if (address) {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = "Show it";
      toast.append(" ", link);
    }
    toast.classList.add("shown");
    clearTimeout(quiet);
    quiet = setTimeout(() => toast.classList.remove("shown"), 6000);
  }
  document.addEventListener("told", (event) => say(event.detail.value));
  document.addEventListener("undone", (event) => {
    const { key, question, number } = event.detail;
    const card = by(`a-${key}`);
    if (card) {
      htmx.trigger(panel(card), "look");
      active = card === active ? active : null;
      cards().forEach((each) => each.classList.remove("active"));
      active = card;
      card.classList.add("active");
      card.focus({ preventScroll: true });
      show(card);
      say("Taken back.");
    } else say(`Taken back: answer ${number}.`, `/question/${encodeURIComponent(question)}?filter=all&q=%23${number}`);
  });

  // What a marker chose to see is kept in the browser

  function see(pairs) {
    document.body.classList.toggle("pairs", pairs);
    document.querySelector('[data-do="view"]')?.setAttribute("aria-pressed", String(pairs));
    localStorage.setItem("pairs", pairs ? "1" : "");
    if (active) show(active);
  }
  const model = document.querySelector("details.model");
  if (model) {
    model.open = localStorage.getItem("model") !== "hidden";
    model.addEventListener("toggle", () => localStorage.setItem("model", model.open ? "shown" : "hidden"));
  }

  function choose(now) {
    choosing = now;
    by("phrases")?.classList.toggle("choosing", now);
    if (now) by("phrases")?.scrollIntoView({ block: "nearest" });
  }

  // Keys

  const help = by("help");
  const doing = {
    help: () => help.showModal(),
    view: () => see(!document.body.classList.contains("pairs")),
  };
  document.addEventListener("click", (event) => doing[event.target.closest?.("button[data-do]")?.dataset.do]?.());

  const field = (selector) => { const found = active && panel(active).querySelector(selector); found?.focus(); found?.select?.(); };
  const keys = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    n: nextWaiting,
    c: () => { const found = active && panel(active).querySelector("textarea"); found?.focus(); found?.setSelectionRange(found.value.length, found.value.length); },
    p: () => field("[name=points]:not([type=hidden])"),
    b: () => choose(true),
    u: () => document.querySelector('[data-do="undo"]')?.click(),
    m: () => { if (model) model.open = !model.open; },
    v: doing.view,
    h: () => { const past = active && panel(active).querySelector(".past"); if (past) past.open = !past.open; },
    "/": () => by("q")?.focus(),
    "]": () => follow("next-page"), "[": () => follow("first"),
    "?": doing.help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { choose(false); if (event.target.closest?.(".card")) active?.focus(); else event.target.blur?.(); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest?.(".card")) {
      event.preventDefault();
      active.focus({ preventScroll: true }); // leaving the field keeps the comment
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.matches?.("input, textarea, select")) return;
    if (choosing) {
      choose(false);
      const phrase = document.querySelectorAll("#phrases .phrase")[Number(event.key) - 1];
      if (phrase) { event.preventDefault(); insert(phrase.dataset.text); return; }
    }
    if (/^[1-9]$/.test(event.key)) { event.preventDefault(); press(event.key); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  if (localStorage.getItem("pairs") === "1") see(true);
  by("f-points")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  activate(cards().find(waits) || cards()[0], { scroll: false, focus: !by("q")?.matches(":focus") });
})();
