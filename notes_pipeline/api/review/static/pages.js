"use strict";
// Keys, live checks and progress. Pages work without it: what a key does, a link or a button on the page does.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const note = document.body.dataset.note;
const token = document.body.dataset.token;
const AROUND = 12, MORE = 30, LEASE_MS = 60_000, CHECK_AFTER_MS = 250;

// --- Panels and keys

const panels = all("[data-panel]");
const openPanel = () => panels.find((panel) => !panel.hidden);

function show(panel, isShown) {
  for (const each of panels) each.hidden = !(isShown && each === panel);
  for (const opener of all("[data-opens]")) opener.setAttribute("aria-expanded", String(isShown && opener.dataset.opens === panel?.id));
  if (!isShown) return;
  if (panel.id === "reattach") loadCandidates(one("#candidates").dataset.first);
  if (panel.id === "edit") check();
  const first = one("textarea, [data-digit], input:not([type=hidden])", panel);
  first?.focus({ preventScroll: true });
  const quotes = one(".quote") ?? panel;
  quotes.scrollIntoView({ block: quotes === panel ? "nearest" : "start" });  // what is decided on stays in sight
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener) return;
  const target = document.getElementById(opener.dataset.opens);
  if (target.tagName === "DIALOG") target.showModal();
  else show(target, target.hidden);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !one("dialog[open]")) {
    const opener = one("[data-opens][aria-expanded=true]");
    show(null, false);
    opener?.focus({ preventScroll: true });
    return;
  }
  const isWriting = event.target.matches("input:not([type=hidden]), textarea, select");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.target.form.requestSubmit();
    event.preventDefault();
    return;
  }
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  const key = event.key;
  const panel = openPanel();
  if (key === "p" && one("#player")) listen();
  else if (panel && /^[1-9]$/.test(key)) one(`[data-digit="${key}"]`, panel)?.click();
  else {
    const target = all("[data-key]").find((each) => each.dataset.key === key);
    if (!target) return;
    if (target.matches("input")) target.focus();
    else target.click();
  }
  event.preventDefault();
});

for (const form of all("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();  // a key that is held down decides once
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

// --- The passage

async function fetched(address, options) {
  const answer = await fetch(address, options);
  if (answer.status === 401) location.reload();
  return answer.ok || answer.status === 422 ? answer.text() : "";
}

async function showPassage(first, last, anchor) {
  const said = one("#said"), scroll = one("#passage");
  const before = anchor && document.getElementById(anchor)?.getBoundingClientRect().top;
  const html = await fetched(`${note}/passage?first=${Math.max(0, first)}&last=${Math.max(0, last)}`);
  if (!html) return;
  said.innerHTML = html;
  const kept = anchor && document.getElementById(anchor);
  if (kept && before !== undefined) scroll.scrollTop += kept.getBoundingClientRect().top - before;
}

async function showAround(index) {
  await showPassage(index - AROUND, index + AROUND);
  const shown = document.getElementById(`u${index}`);
  if (!shown) return;
  centre(shown);
  shown.classList.add("shown");
}

function centre(element) {
  const scroll = one("#passage");
  const by = element.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
  scroll.scrollTop += by - scroll.clientHeight / 3;
}

const edges = () => {
  const shown = all("#said .utterance").map((each) => Number(each.dataset.index));
  return [shown[0], shown[shown.length - 1]];
};
one("#earlier")?.addEventListener("click", (event) => {
  event.preventDefault();
  const [first, last] = edges();
  showPassage(first - MORE, last, `u${first}`);
  if (first - MORE <= 0) event.target.hidden = true;
});
one("#later")?.addEventListener("click", async (event) => {
  event.preventDefault();
  const [first, last] = edges();
  await showPassage(first, last + MORE, `u${last}`);
  if (edges()[1] === last) event.target.hidden = true;
});
one("#find")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = one("#find-words").value.trim();
  one("#found").innerHTML = words ? await fetched(`${note}/passage?find=${encodeURIComponent(words)}`) : "";
  one("#found button")?.focus();
});
document.addEventListener("click", (event) => {
  const hit = event.target.closest("#found [data-show]");
  if (hit) showAround(Number(hit.dataset.show));
});
document.addEventListener("focusin", (event) => {
  const place = event.target.closest?.("#candidates [data-show]");
  if (place) showAround(Number(place.dataset.show));
});
if (one("#passage")) {
  const mark = one("#said mark");
  if (mark) centre(mark);
}

// --- Listening

const player = one("#player");
function seek(seconds) {
  const play = () => { player.currentTime = seconds; player.play(); };
  if (player.readyState > 0) play();
  else { player.addEventListener("loadedmetadata", play, { once: true }); player.load(); }
}
function listen() {
  if (!player.paused) player.pause();
  else {
    const from = one(".quote [data-seek]") ?? one("[data-seek]");
    if (from) seek(Number(from.dataset.seek)); else player.play();
  }
}
document.addEventListener("click", (event) => {
  const from = event.target.closest("[data-seek]");
  if (from && player) seek(Number(from.dataset.seek));
});

// --- Other words: selected in the transcript, or one of the candidates

const correction = one("#correction");

/** Where a place in the page is in the transcript's text, in characters; edge: of the utterance where it is in none. */
function placeOf(words, node, offset, edge) {
  const range = document.createRange();
  range.selectNodeContents(words);
  if (words.contains(node)) range.setEnd(node, offset);
  else if (edge === "start") range.collapse(true);
  return range.toString().length;
}

function selectedPassage() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const touched = all("#said .words").filter((each) => range.intersectsNode(each));
  if (!touched.length) return null;
  const first = touched[0], last = touched[touched.length - 1];
  let start = placeOf(first, range.startContainer, range.startOffset, "start");
  let end = placeOf(last, range.endContainer, range.endOffset, "end");
  const whole = first.textContent, tail = last.textContent;
  while (start < whole.length && /\s/.test(whole[start])) start++;
  while (start > 0 && /\S/.test(whole[start - 1])) start--;  // whole words
  while (end > 0 && /\s/.test(tail[end - 1])) end--;
  while (end < tail.length && /\S/.test(tail[end])) end++;
  const from = Number(first.dataset.from) + [...whole.slice(0, start)].length;
  const to = Number(last.dataset.from) + [...tail.slice(0, end)].length;
  const words = first === last ? whole.slice(start, end) : `${whole.slice(start)} … ${tail.slice(0, end)}`;
  return from < to ? { from, to, words } : null;
}

function choose(passage) {
  correction.elements.text_from.value = passage ? passage.from : "";
  correction.elements.text_to.value = passage ? passage.to : "";
  one("#chosen").textContent = passage ? `“${passage.words}”` : one("#chosen").dataset.empty;
  one("#unchoose").hidden = !passage;
  one("#replaces").hidden = !passage;
  check();
}

if (correction) {
  const take = () => {
    const passage = selectedPassage();
    if (!passage) return;
    const panel = one("#edit");
    if (panel.hidden) return;
    choose(passage);
  };
  one("#passage").addEventListener("mouseup", () => setTimeout(take));
  one("#passage").addEventListener("keyup", take);
  one("#unchoose").addEventListener("click", () => choose(null));
  correction.addEventListener("input", check);
  if (!one("#edit").hidden) check();
}

let checking;
function check() {
  clearTimeout(checking);
  checking = setTimeout(async () => {
    const { statement, old_statement, text_from } = correction.elements;
    const isSame = statement.value.trim() === old_statement.value.trim() && !text_from.value;
    one("#checked").innerHTML = isSame ? "" : await fetched(`${note}/check`, { method: "POST", body: new URLSearchParams(new FormData(correction)) });
  }, CHECK_AFTER_MS);
}

async function loadCandidates(quote) {
  const here = one("[data-candidates-here]");
  here.innerHTML = await fetched(`${note}/candidates?quote=${quote}`);
  if (!one("#reattach").hidden) one("[data-digit]", here)?.focus({ preventScroll: true });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-candidates]");
  if (button) loadCandidates(button.dataset.candidates);
});

// --- A note that is open is nobody else's

if (note) {
  setInterval(() => {
    if (document.visibilityState === "visible") fetch(`${note}/lease`, { method: "POST", body: new URLSearchParams({ token }) });
  }, LEASE_MS);
  one(".queue [aria-current]")?.scrollIntoView({ block: "nearest" });
}

// --- Runs and uploads

const watched = document.body.dataset.watch;
if (watched) {
  const stream = new EventSource(watched);
  const told = (event) => {
    const { state, chunks_total: total, chunks_done: done, chunks_failed: failed, claims, waiting } = JSON.parse(event.data);
    one("#state").textContent = state;
    one("#live").textContent = `${done + failed} of ${total ?? "…"} chunks, ${claims} claims${waiting ? ` – ${waiting}` : ""}`;
    const bar = one("#live-bar");
    bar.max = total || 1;
    bar.value = done + failed;
  };
  stream.addEventListener("progress", told);
  stream.addEventListener("ended", (event) => { told(event); stream.close(); location.reload(); });
}

const drop = one("#drop");
if (drop) {
  const input = one("input", drop);
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}
