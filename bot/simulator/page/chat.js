/** The page's wiring: a socket to the loopback Telegram, the list of bubbles, the composer. */

import { bubble, fileRow, make, pendingBubble } from "./bubbles.js";
import { day, speak, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
if (query.has("key")) {
  // The browser has it as a cookie now; it need not stand in the history.
  query.delete("key");
  history.replaceState(null, "", query.size ? `/?${query}` : "/");
}
const user = query.get("user") ?? "1";
const app = $("app"), log = $("log"), list = $("messages"), text = $("text");

const messages = new Map();
const acts = { say, tap, enlarge };
let profile = null, socket = null, unread = 0, actionTimer = 0, retries = 0;
let following = true, lastTop = 0;

/* What arrives */

function connect() {
  const wanted = new URLSearchParams({ user, language: query.get("language") ?? navigator.language });
  socket = new WebSocket(`ws://${location.host}/socket?${wanted}`);
  socket.addEventListener("open", () => { retries = 0; });
  socket.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    arrivals[news.kind](news);
  });
  socket.addEventListener("close", () => {
    app.dataset.state = "connecting";
    showStatus();
    setTimeout(connect, Math.min(4000, 250 * 2 ** retries++));
  });
}

const arrivals = {
  history(news) {
    messages.clear();
    for (const message of news.messages) messages.set(message.id, message);
    redraw();
    toEnd("instant");
    app.dataset.state = "ready";
  },
  profile(news) {
    profile = news;
    speak(news.user.language);
    showProfile();
    redraw();
  },
  message({ message }) {
    const known = messages.has(message.id);
    messages.set(message.id, message);
    if (message.out && !known) following = true;
    if (known) {
      list.querySelector(`[data-id="${message.id}"]`).replaceWith(bubble(message, acts));
    } else {
      list.append(bubble(message, acts));
      if (!message.out) setAction("");
      if (!following) unread += 1;
    }
    arrange();
    if (following) toEnd(known ? "instant" : "smooth");
    showUnread();
  },
  deleted({ id }) {
    messages.delete(id);
    list.querySelector(`[data-id="${id}"]`)?.remove();
    arrange();
  },
  action: ({ action }) => setAction(action),
  answer({ id, data, text: words, alert }) {
    for (const key of list.querySelectorAll(`[data-id="${id}"] .key.asking`)) if (key.dataset.data === data) key.classList.remove("asking");
    if (words) (alert ? showAlert : toast)(words);
  },
  refused({ did }) {
    if (did.kind === "tap") toast(word("stale"));
    for (const key of list.querySelectorAll(".key.asking")) key.classList.remove("asking");
  },
};

function redraw() {
  const pending = [...list.querySelectorAll("[data-pending]")];
  list.replaceChildren(...[...messages.values()].map((message) => bubble(message, acts)), ...pending);
  arrange();
  if (following) toEnd("instant");
}

/** Date lines, tails on the last bubble of a run, and the welcome of an empty chat. */
function arrange() {
  for (const line of list.querySelectorAll(".day")) line.remove();
  let last = null;
  for (const item of [...list.querySelectorAll(".message")]) {
    const date = Number(item.dataset.date ?? Date.now() / 1000);
    const newDay = !last || day(Number(last.dataset.date ?? Date.now() / 1000)) !== day(date);
    if (newDay) item.before(make("li", { className: "day" }, make("span", {}, day(date))));
    const sameRun = last && !newDay && last.classList.contains("out") === item.classList.contains("out");
    last?.classList.toggle("tail", !sameRun);
    last = item;
  }
  last?.classList.add("tail");
  const empty = !messages.size;
  $("welcome").hidden = !empty;
  $("start").hidden = !empty;
  $("composer").hidden = empty;
}

/* Header */

function showProfile() {
  document.title = profile.bot.name;
  $("bot-name").textContent = profile.bot.name;
  $("description").textContent = profile.bot.description;
  for (const button of $("language").children) {
    button.setAttribute("aria-pressed", String(profile.user.language.slice(0, 2) === button.dataset.language.slice(0, 2)));
  }
  $("language").setAttribute("aria-label", word("language"));
  $("block").textContent = word(profile.user.blocked ? "unblock" : "block");
  $("other-user").href = `?user=${user === "1" ? 2 : 1}`;
  $("commands").replaceChildren(...profile.commands.map(commandRow));
  if (!profile.commands.length) $("commands").append(make("li", { className: "none" }, word("noCommands")));
  $("samples").replaceChildren(...profile.samples.map(sampleRow));
  $("samples-title").hidden = !profile.samples.length;
  suggest();
  showStatus();
}

function showStatus(action = "") {
  const state = app.dataset.state === "connecting" ? "connecting" : profile?.user.blocked ? "blocked" : "bot";
  $("status").textContent = action || word(state);
  $("status").classList.toggle("active", Boolean(action));
}

/** A chat action lasts five seconds, or until the bot's message is there. */
function setAction(action) {
  clearTimeout(actionTimer);
  showStatus(action && (word(action) || word("typing")));
  if (action) actionTimer = setTimeout(setAction, 5000, "");
}

function commandRow({ command, description }) {
  const button = make("button", { type: "button", data: { command } }, make("b", {}, `/${command}`), make("span", {}, description));
  button.addEventListener("click", () => {
    $("commands-sheet").close();
    say(`/${command}`);
    text.value = "";
    grow();
  });
  return make("li", {}, button);
}

function sampleRow(sample) {
  const row = fileRow(sample);
  const button = make("button", { type: "button", data: { sample: sample.name } }, ...row.children);
  button.addEventListener("click", () => {
    $("attach-sheet").close();
    act({ kind: "sample", name: sample.name });
  });
  return make("li", {}, button);
}

/* Scrolling */

function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

function toEnd(behavior = "smooth") {
  following = true;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  log.scrollTo({ top: log.scrollHeight, behavior: calm ? "instant" : behavior });
}

function showUnread() {
  if (following) unread = 0;
  $("to-end").hidden = following;
  $("unread").hidden = !unread;
  $("unread").textContent = unread;
  $("to-end").setAttribute("aria-label", unread ? `${unread} ${word("newMessages")}` : word("toEnd"));
}

/* Only a person scrolls up: the page itself scrolls down, and may still be on its way when the next message comes. */
log.addEventListener("scroll", () => {
  following = nearEnd() || (following && log.scrollTop >= lastTop);
  lastTop = log.scrollTop;
  showUnread();
}, { passive: true });
$("to-end").addEventListener("click", () => toEnd());
new ResizeObserver(() => following && toEnd("instant")).observe(log);

/* What the person does */

function act(did) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(did));
}

function say(words) {
  if (words.trim()) act({ kind: "say", text: words });
}

function tap(message, button, element) {
  if (button.copy) {
    navigator.clipboard?.writeText(button.copy).then(() => toast(word("copied")));
    return;
  }
  element.classList.add("asking");
  setTimeout(() => element.classList.remove("asking"), 15000);
  act({ kind: "tap", id: message.id, data: button.data });
}

function enlarge(photo) {
  $("viewer-image").src = photo.url;
  $("viewer").showModal();
}

function upload(file) {
  if (!file.size) return toast(word("empty"));
  const pending = pendingBubble(file);
  const request = new XMLHttpRequest();
  request.open("POST", `upload?${new URLSearchParams({ user, name: file.name })}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.addEventListener("progress", (event) => pending.progress(event.loaded / Math.max(event.total, 1)));
  request.addEventListener("loadend", () => {
    if (request.status === 200) pending.item.remove();
    else pending.fail(() => { pending.item.remove(); upload(file); });
    arrange();
  });
  pending.progress(0);
  list.append(pending.item);
  arrange();
  toEnd();
  request.send(file);
}

/* Composer */

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
  $("send").disabled = !text.value.trim();
  $("composer").classList.toggle("writing", Boolean(text.value.trim()));
  suggest();
}

/** Commands that begin with what is typed after a slash. */
function suggest() {
  const begun = /^\/(\w*)$/.exec(text.value)?.[1];
  const fitting = begun === undefined ? [] : (profile?.commands ?? []).filter(({ command }) => command.startsWith(begun));
  $("suggestions").replaceChildren(...fitting.map(commandRow));
  $("suggestions").hidden = !fitting.length;
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  say(text.value);
  text.value = "";
  grow();
  text.focus();
});
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
text.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (!files.length) return;
  event.preventDefault();
  files.forEach(upload);
});
$("start").addEventListener("click", () => say("/start"));
$("menu").addEventListener("click", () => $("commands-sheet").showModal());
$("attach").addEventListener("click", () => $("attach-sheet").showModal());
$("choose").addEventListener("click", () => {
  $("attach-sheet").close();
  $("file").click();
});
$("file").addEventListener("change", () => {
  [...$("file").files].forEach(upload);
  $("file").value = "";
});

/* Drag and drop */

let dragged = 0;
addEventListener("dragenter", (event) => {
  if (![...event.dataTransfer.types].includes("Files")) return;
  dragged += 1;
  $("drop").hidden = false;
});
addEventListener("dragleave", () => {
  dragged = Math.max(0, dragged - 1);
  $("drop").hidden = dragged === 0;
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  dragged = 0;
  $("drop").hidden = true;
  [...event.dataTransfer.files].forEach(upload);
});

/* Header's buttons, dialogs, toasts */

$("language").addEventListener("click", ({ target }) => {
  if (target.dataset.language) act({ kind: "language", language: target.dataset.language });
});
$("more").addEventListener("click", (event) => {
  event.stopPropagation();
  showMore($("more-menu").hidden);
});
$("block").addEventListener("click", () => act({ kind: profile.user.blocked ? "unblock" : "block" }));
addEventListener("click", () => showMore(false));
addEventListener("keydown", (event) => event.key === "Escape" && showMore(false));

function showMore(shown) {
  $("more-menu").hidden = !shown;
  $("more").setAttribute("aria-expanded", String(shown));
}

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || dialog.id === "viewer") dialog.close();
  });
}

function showAlert(words) {
  $("alert-text").textContent = words;
  $("alert").showModal();
}

let toastTimer = 0;
function toast(words) {
  clearTimeout(toastTimer);
  $("toast").textContent = words;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 3000);
}

document.fonts.addEventListener("loadingdone", () => document.documentElement.classList.add("font-came"));

speak(query.get("language") ?? navigator.language);
showStatus();
connect();
