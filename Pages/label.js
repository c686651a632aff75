"use strict";
// The page of `ocellus label`. It asks the server for pictures and tells it what a person says of them, one request after the
// other; what could not be sent is kept and sent again.

const $ = (id) => document.getElementById(id);
const text = (node, words) => { if (node.textContent !== words) node.textContent = words; };
const element = (tag, className, words) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (words !== undefined) node.textContent = words;
    return node;
};
const percent = (part) => `${Math.round(part * 100)} %`;
const many = (count, one, more) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

/** What the server has said of itself: `session`, `folder`, `labels`, `classes`. */
let about = null;
/** What it said last of how far it has come. */
let status = null;
/** The version of which this page knows. */
let version = 0;
/** This page's own name: undo is its own. It survives a reload. */
const tab = sessionStorage.getItem("tab") || crypto.randomUUID();
sessionStorage.setItem("tab", tab);

// Talking to the server.

class Refusal extends Error {}

async function ask(path, options) {
    const response = await fetch(path, options);
    const answer = await response.json().catch(() => ({}));
    if (response.status === 410) {
        // The server was started anew: its numbers may mean other pictures.
        notice("anew", "The server was started anew. This page loads again …");
        unsent = 0;
        setTimeout(() => location.reload(), 800);
        await new Promise(() => {});
    }
    if (!response.ok) throw new Refusal(answer.error || `The server answers ${response.status}.`);
    return answer;
}

const send = (path, body, method = "POST") => ask(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ session: about.session, tab, ...body }),
});

let unsent = 0;
let line = Promise.resolve();

/** Does one thing after the other, and again until the server has answered. */
function inTurn(work) {
    unsent += 1;
    const attempt = async () => {
        for (;;) {
            try {
                const answer = await work();
                notice("unsent", "");
                return answer;
            } catch (error) {
                if (error instanceof Refusal) throw error;
                notice("unsent", `The server does not answer. ${many(unsent, "step is", "steps are")} not saved yet; trying again …`, true);
                await new Promise((resolve) => setTimeout(resolve, 1500));
            }
        }
    };
    const result = line.then(attempt);
    line = result.catch(() => {}).finally(() => { unsent -= 1; });
    return result;
}

addEventListener("beforeunload", (event) => { if (unsent > 0) event.preventDefault(); });

// Saying things.

const say = (words) => { $("said").textContent = ""; setTimeout(() => { $("said").textContent = words; }, 30); };

/** Shows a message until it is closed or replaced; no words take it away. */
function notice(key, words, isBad = false) {
    let node = $("notices").querySelector(`[data-key="${key}"]`);
    if (!words) { if (node) node.remove(); return; }
    if (!node) {
        node = element("div");
        node.dataset.key = key;
        node.setAttribute("role", "alert");
        const close = element("button", "", "Close");
        close.type = "button";
        close.addEventListener("click", () => node.remove());
        node.append(element("span"), close);
        $("notices").append(node);
    }
    node.className = isBad ? "notice bad" : "notice";
    text(node.firstChild, words);
}

const failed = (error) => notice("failed", error.message, true);

// What is shown.

let isGrid = false;
/** Pictures to come, the first one shown. */
let queue = [];
/** Pictures that were answered and of which the server has not said yet that it knows. */
const answered = new Map();
let isFilling = false;
/** What was said of the picture that is shown. */
let described = "";

const address = (picture, side) => `pictures/${about.session}/${picture.id}?side=${side}`;

async function fill() {
    if (isFilling || queue.length >= 5) return;
    isFilling = true;
    try {
        const except = [...queue.map((picture) => picture.id), ...answered.keys()].join(",");
        const { pictures } = await ask(`api/next?count=${5 - queue.length}&except=${except}`);
        const wasEmpty = queue.length === 0;
        for (const picture of pictures) {
            if (answered.has(picture.id) || queue.some((other) => other.id === picture.id)) continue;
            queue.push(picture);
            new Image().src = address(picture, 1280);
        }
        if (wasEmpty) showOne();
    } catch (error) {
        if (error instanceof Refusal) failed(error);
    } finally {
        isFilling = false;
    }
}

function showOne() {
    const picture = queue[0];
    const isDone = !picture && status && status.counts.left === 0 && answered.size === 0;
    $("done").hidden = !isDone;
    $("one").querySelector("figure").hidden = isDone;
    showClasses();
    const image = $("picture");
    if (!picture) image.removeAttribute("src");
    if (isDone) return showDone();
    if (!picture) {
        image.hidden = true;
        $("waiting").hidden = false;
        text($("waiting"), "Loading …");
        text($("name"), "");
        text($("advice"), "");
        return;
    }
    const source = address(picture, 1280);
    if (image.getAttribute("src") !== source) {
        image.hidden = true;
        $("waiting").hidden = false;
        text($("waiting"), "Loading …");
        image.src = source;
        image.alt = `Picture to label: ${picture.name}`;
    }
    text($("name"), picture.name);
    const best = picture.suggestions[0];
    const advice = best ? `Looks like ${about.classes[best.class]}, ${percent(best.confidence)}` : "";
    text($("advice"), advice);
    const words = `${picture.name}. ${advice}`;
    if (words !== described) say(words);
    described = words;
}

$("picture").addEventListener("load", () => {
    const image = $("picture");
    image.hidden = false;
    $("waiting").hidden = true;
    image.parentNode.classList.toggle("small-picture", image.naturalWidth < 400 && image.naturalHeight < 400);
});
$("picture").addEventListener("error", async () => {
    const picture = queue[0];
    if (!picture) return;
    try {
        const { problem } = await ask(`api/pictures/${picture.id}`);
        if (!problem) { text($("waiting"), "The picture did not arrive. Trying again …"); setTimeout(retryPicture, 1500); return; }
        notice("unreadable", `${problem} It is left out; the grid lists it under “cannot be read”.`);
        queue = queue.filter((other) => other.id !== picture.id);
        await look();
        showOne();
        fill();
    } catch { setTimeout(retryPicture, 1500); }
});
const retryPicture = () => { $("picture").removeAttribute("src"); if (!isGrid) showOne(); };

function showDone() {
    const { counts } = status;
    text($("done-text"), `${many(counts.labelled, "picture is", "pictures are")} labelled.`
        + (counts.notSure ? ` Of ${counts.notSure} you were not sure.` : "")
        + (counts.unreadable ? ` ${counts.unreadable} cannot be read.` : ""));
    text($("done-command"), `ocellus train ${about.labels} --output runs/labelled`);
    if (document.activeElement === document.body) $("done").focus();
    say("Nothing is left.");
}

const classButtons = [];

function makeClasses() {
    about.classes.forEach((name, place) => {
        const button = element("button");
        button.type = "button";
        button.style.setProperty("--hue", String(Math.round((place * 137.5 + 190) % 360)));
        button.append(element("i", "share"), element("i", "dot"), element("span", "title", name), element("span", "share-text"), element("span", "count number"));
        if (place < 9) {
            button.append(element("kbd", "", String(place + 1)));
            button.setAttribute("aria-keyshortcuts", String(place + 1));
        }
        button.addEventListener("click", () => mark({ class: place }));
        const item = element("li");
        item.append(button);
        $("classes").append(item);
        classButtons.push(button);
    });
    $("find").hidden = about.classes.length <= 9;
    $("find-key").hidden = $("find-key-text").hidden = $("find").hidden;
}

function showClasses() {
    const picture = isGrid ? null : queue[0];
    classButtons.forEach((button, place) => {
        const candidate = picture && picture.suggestions.find((candidate) => candidate.class === place);
        const isBest = Boolean(picture && picture.suggestions[0] && picture.suggestions[0].class === place);
        button.classList.toggle("suggested", isBest);
        button.classList.toggle("is-so", Boolean(picture && picture.label === place));
        button.querySelector(".share").style.width = candidate ? `${candidate.confidence * 100}%` : "0";
        text(button.querySelector(".share-text"), candidate && candidate.confidence >= 0.005 ? percent(candidate.confidence) : "");
        const count = status ? status.counts.classes[place] : 0;
        text(button.querySelector(".count"), count.toLocaleString("en"));
        button.setAttribute("aria-label", `${about.classes[place]}${isBest ? ", suggested" : ""}${candidate ? `, ${percent(candidate.confidence)}` : ""}; ${many(count, "label", "labels")}`);
    });
    const best = picture && picture.suggestions[0];
    if (best) reveal(classButtons[best.class]);
    $("clear").hidden = !(isGrid ? showsMarked() : picture && (picture.label != null || picture.isNotSure));
}

/** Scrolls a long list of classes, and not the page, to one of them. */
function reveal(button) {
    const [list, item] = [$("classes").getBoundingClientRect(), button.getBoundingClientRect()];
    if (item.bottom > list.bottom) $("classes").scrollTop += item.bottom - list.bottom + 3;
    if (item.top < list.top) $("classes").scrollTop -= list.top - item.top + 3;
}

function showStatus() {
    const { counts } = status;
    const part = (count) => `${counts.total ? 100 * count / counts.total : 0}%`;
    const [labelled, unsure, bad] = $("bar").children;
    labelled.style.width = part(counts.labelled);
    unsure.style.width = part(counts.notSure);
    bad.style.width = part(counts.unreadable);
    const words = `${counts.labelled.toLocaleString("en")} of ${counts.total.toLocaleString("en")} labelled`
        + (counts.notSure ? ` · ${counts.notSure} not sure` : "")
        + (counts.unreadable ? ` · ${counts.unreadable} cannot be read` : "");
    text($("counts"), words);
    $("bar").setAttribute("aria-valuenow", String(counts.total ? Math.round(100 * counts.labelled / counts.total) : 0));
    $("bar").setAttribute("aria-valuetext", words);
    document.title = `${counts.left.toLocaleString("en")} left – label ${about.folder}`;
    showModel();
    showClasses();
}

function showModel() {
    const { model, modelProblem, canTrain, training, counts } = status;
    text($("model-text"), modelProblem ? `${model} suggests nothing: ${modelProblem}`
        : model && !counts.left ? model
        : model ? `${model} has looked at ${counts.suggested.toLocaleString("en")} of ${counts.left.toLocaleString("en")} that are left. The least certain come first.`
        : canTrain ? "The model does not know these classes yet. Label some pictures of each, then train it."
        : "None. Start with --model to get suggestions, and to be asked for the least certain first.");
    const isRunning = training.state === "running";
    text($("training-text"), training.message);
    $("training-bar").hidden = !isRunning;
    $("training-bar").firstChild.style.width = `${training.progress * 100}%`;
    $("training-bar").setAttribute("aria-valuenow", String(Math.round(training.progress * 100)));
    $("train").hidden = !canTrain || isRunning;
    text($("train"), `${model || training.models ? "Retrain" : "Train"} on ${many(counts.labelled, "label", "labels")}`);
    $("train").disabled = counts.labelled === 0;
    $("stop").hidden = !isRunning;
}

// The grid.

const pageSize = () => matchMedia("(max-width: 47.99rem)").matches ? 12 : 24;
let tiles = [];
let selected = new Set();
let offset = 0;
let total = 0;
/** The grid that was asked for last: others that arrive later are dropped. */
let latestGrid = 0;
let focused = 0;

const showsMarked = () => /^(labelled|not-sure)/.test($("show").value);

function makeFilters() {
    const chosen = $("show").value || "left";
    const { counts, model } = status;
    const options = [["left", `To label (${counts.left})`]];
    if (model) about.classes.forEach((name, place) => options.push([`suggested&class=${place}`, `Looks like ${name}`]));
    about.classes.forEach((name, place) => options.push([`labelled&class=${place}`, `Labelled ${name} (${counts.classes[place]})`]));
    options.push(["not-sure", `Not sure (${counts.notSure})`]);
    options.push(["unreadable", `Cannot be read (${counts.unreadable})`]);
    if ($("show").options.length !== options.length) $("show").replaceChildren(...options.map(([value]) => { const option = element("option"); option.value = value; return option; }));
    options.forEach(([, words], index) => text($("show").options[index], words));
    if ($("show").value !== chosen && options.some(([value]) => value === chosen)) $("show").value = chosen;
}

async function loadGrid(keepsFocus = false) {
    const turn = latestGrid += 1;
    try {
        const answer = await ask(`api/pictures?show=${$("show").value || "left"}&offset=${offset}&count=${pageSize()}`);
        if (turn !== latestGrid) return;
        if (answer.pictures.length === 0 && offset > 0) { offset = Math.max(0, offset - pageSize()); return loadGrid(keepsFocus); }
        total = answer.total;
        replaceTiles(answer.pictures, keepsFocus);
    } catch (error) {
        if (error instanceof Refusal) failed(error);
    }
}

/** Shows other pictures. Those that stay remain selected, whatever a person has selected while they were on their way. */
function replaceTiles(pictures, keepsFocus = false) {
    const kept = new Set([...selected].map((index) => tiles[index].id));
    const current = tiles[focused] && tiles[focused].id;
    tiles = pictures;
    selected = new Set([...tiles.keys()].filter((index) => kept.has(tiles[index].id)));
    focused = Math.max(0, tiles.findIndex(({ id }) => id === current));
    showTiles(keepsFocus);
    showSelection();
}

function describe(picture) {
    if (picture.problem) return picture.problem;
    if (picture.label != null) return about.classes[picture.label];
    if (picture.isNotSure) return "not sure";
    const best = picture.suggestions[0];
    return best ? `${about.classes[best.class]} ${percent(best.confidence)}` : picture.name;
}

function showTiles(keepsFocus) {
    const hadFocus = $("tiles").contains(document.activeElement) || keepsFocus;
    $("tiles").replaceChildren(...tiles.map((picture, index) => {
        const button = element("button");
        button.type = "button";
        button.tabIndex = index === focused ? 0 : -1;
        const words = describe(picture);
        button.setAttribute("aria-label", words === picture.name ? words : `${picture.name}, ${words}`);
        button.title = picture.name;
        if (!picture.problem) {
            const image = element("img");
            image.alt = "";
            image.loading = "lazy";
            image.src = address(picture, 320);
            button.append(image);
        }
        button.append(element("span", "text", words));
        button.addEventListener("click", (event) => choose(index, event.shiftKey));
        button.addEventListener("focus", () => { focused = index; roam(); });
        const item = element("li");
        item.append(button);
        return item;
    }));
    if (tiles.length === 0) $("tiles").append(element("li", "nothing", "No pictures here."));
    const last = offset + tiles.length;
    text($("page"), total ? `${offset + 1}–${last} of ${total.toLocaleString("en")}` : "");
    $("back").disabled = offset === 0;
    $("forth").disabled = last >= total;
    $("select-all").disabled = tiles.length === 0;
    if (hadFocus && tiles.length) tileButtons()[focused].focus();
    showClasses();
}

const tileButtons = () => [...$("tiles").querySelectorAll("button")];
const roam = () => tileButtons().forEach((button, index) => { button.tabIndex = index === focused ? 0 : -1; });

function showSelection() {
    tileButtons().forEach((button, index) => button.setAttribute("aria-pressed", String(selected.has(index))));
    text($("select-all"), selected.size === tiles.length && tiles.length ? "Select none" : "Select all");
}

function choose(index, isRange) {
    if (isRange) for (let i = Math.min(index, focused); i <= Math.max(index, focused); i += 1) selected.add(i);
    else if (!selected.delete(index)) selected.add(index);
    focused = index;
    roam();
    showSelection();
}

function selectAll(isAll) {
    selected = new Set(isAll ? tiles.keys() : []);
    showSelection();
    say(isAll ? `${many(selected.size, "picture", "pictures")} selected` : "None selected");
}

function move(step) {
    const buttons = tileButtons();
    if (!buttons.length) return;
    focused = Math.min(buttons.length - 1, Math.max(0, focused + step));
    buttons[focused].focus();
}

const columns = () => getComputedStyle($("tiles")).gridTemplateColumns.split(" ").length;

// What a person says.

/** The pictures that the next word is about. */
function concerned() {
    if (!isGrid) return queue.slice(0, 1);
    if (selected.size) return [...selected].map((index) => tiles[index]);
    return $("tiles").contains(document.activeElement) && tiles[focused] ? [tiles[focused]] : [];
}

async function mark(what) {
    const pictures = concerned().filter((picture) => !picture.problem);
    if (!pictures.length) { if (isGrid) say("Select pictures first"); return; }
    const seen = pictures.map(({ id, version }) => ({ id, version }));
    const words = what.class != null ? about.classes[what.class] : what.notSure ? "not sure" : "no label";
    await step(pictures, () => send("api/marks", { pictures: seen, ...what }), words);
}

async function skip() {
    if (isGrid) return;
    const pictures = concerned();
    if (pictures.length) await step(pictures, () => send("api/skips", { pictures: pictures.map(({ id, version }) => ({ id, version })) }), "skipped");
}

/** Goes on at once, and tells the server. */
async function step(pictures, work, words) {
    for (const picture of pictures) answered.set(picture.id, (answered.get(picture.id) || 0) + 1);
    const ids = new Set(pictures.map(({ id }) => id));
    if (!isGrid) {
        queue = queue.filter(({ id }) => !ids.has(id));
        showOne();
        if (queue.length < 4) fill();
    } else {
        replaceTiles(tiles.filter(({ id }) => !ids.has(id)));
    }
    try {
        const answer = await inTurn(work);
        forget(ids);
        take(answer);
        if (answer.refused.length) {
            const first = answer.refused[0];
            notice("refused", `${first.name} ${answer.refused.length > 1 ? `and ${answer.refused.length - 1} more were` : "was"} answered in another tab: “${describe(first)}” stays.`);
        } else if (isGrid) {
            say(`${many(ids.size, "picture", "pictures")}: ${words}`);
        }
    } catch (error) {
        forget(ids);
        failed(error);
        if (!isGrid) { queue = [...pictures, ...queue.filter(({ id }) => !ids.has(id))]; showOne(); }
    }
    if (isGrid) await loadGrid(true);
    else if (!queue.length) await fill().then(showOne);
}

function forget(ids) {
    for (const id of ids) {
        const count = answered.get(id) - 1;
        if (count > 0) answered.set(id, count); else answered.delete(id);
    }
}

async function undo() {
    try {
        const answer = await inTurn(() => send("api/undo", {}));
        take(answer);
        if (answer.refused.length) notice("refused", `${answer.refused[0].name} was changed in another tab since: that stays.`);
        if (isGrid) { say("Undone"); await loadGrid(true); return; }
        const ids = new Set(answer.pictures.map(({ id }) => id));
        queue = [...answer.pictures.slice(0, 3), ...queue.filter(({ id }) => !ids.has(id))].slice(0, 8);
        showOne();
    } catch (error) {
        if (error instanceof Refusal) say(error.message);
        notice("undo", error.message);
        setTimeout(() => notice("undo", ""), 4000);
    }
}

// What the server says.

let generation = null;

function take(answer) {
    status = answer.status;
    version = Math.max(version, status.version);
    showStatus();
    if (isGrid) makeFilters();
    if (generation !== null && status.generation !== generation) {
        say("New suggestions");
        if (isGrid) { if (!selected.size) loadGrid(); } else { queue = queue.slice(0, 1); refreshCurrent(); fill(); }
    }
    generation = status.generation;
}

/** Asks again for what the model says of the picture that is shown. */
async function refreshCurrent() {
    const picture = queue[0];
    if (!picture) return;
    const fresh = await ask(`api/pictures/${picture.id}`).catch(() => null);
    if (fresh && queue[0] === picture && fresh.suggestions.length) { queue[0] = fresh; showOne(); }
}

async function look() {
    const answer = await ask(`api/status?since=${version}`);
    take(answer);
    notice("silent", "");
    let isGone = false;
    for (const changed of answer.changed) {
        const place = queue.findIndex(({ id }) => id === changed.id);
        if (place < 0 || answered.has(changed.id) || changed.version <= queue[place].version) continue;
        if (changed.label == null && !changed.isNotSure && !changed.problem) { queue[place] = changed; continue; }
        if (place === 0) {
            isGone = true;
            notice("elsewhere", changed.problem || `${changed.name} was answered elsewhere: “${describe(changed)}”.`);
        }
        queue.splice(place, 1);
    }
    if (isGrid) return;
    if (isGone || (!queue.length && !answered.size)) showOne();
    if (queue.length < 4 && status.counts.left > queue.length) fill();
    else if (queue[0] && !queue[0].suggestions.length && status.counts.suggested) refreshCurrent();
}

async function watch() {
    if (!document.hidden) {
        try { await look(); } catch (error) {
            if (error instanceof Refusal) notice("silent", error.message, true);
            else notice("silent", "The server does not answer. Labels that were given are on the disk.", true);
        }
    }
    setTimeout(watch, status && status.training.state === "running" ? 500 : 1500);
}

// Buttons and keys.

function view(toGrid) {
    isGrid = toGrid;
    document.body.className = toGrid ? "grid" : "one";
    $("one").hidden = toGrid;
    $("grid").hidden = !toGrid;
    $("skip").hidden = toGrid;
    $("to-one").setAttribute("aria-pressed", String(!toGrid));
    $("to-grid").setAttribute("aria-pressed", String(toGrid));
    selected = new Set();
    if (toGrid) { makeFilters(); loadGrid(); } else { queue = []; showOne(); fill(); }
}

const act = (id, work) => $(id).addEventListener("click", work);
act("to-one", () => view(false));
act("to-grid", () => view(true));
act("look-again", () => view(true));
act("unsure", () => mark({ notSure: true }));
act("skip", skip);
act("undo", undo);
act("clear", () => mark({}));
act("select-all", () => selectAll(selected.size !== tiles.length));
act("back", () => { offset = Math.max(0, offset - pageSize()); loadGrid(true); });
act("forth", () => { offset += pageSize(); loadGrid(true); });
$("show").addEventListener("change", () => { offset = 0; selected = new Set(); loadGrid(); });
act("train", () => inTurn(() => send("api/training", {})).then(take, failed));
act("stop", () => inTurn(() => send("api/training", {}, "DELETE")).then(take, failed));
act("to-help", () => $("help").showModal());

$("find").addEventListener("input", () => {
    const wanted = $("find").value.trim().toLowerCase();
    classButtons.forEach((button, place) => { button.parentNode.hidden = !about.classes[place].toLowerCase().includes(wanted); });
});
$("find").addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Enter") {
        const first = about.classes.findIndex((_, place) => !classButtons[place].parentNode.hidden);
        if (event.key === "Enter" && first >= 0 && $("find").value.trim()) mark({ class: first });
        $("find").value = "";
        $("find").dispatchEvent(new Event("input"));
        if (event.key === "Escape") $("find").blur();
        event.preventDefault();
    }
});

$("keys").checked = localStorage.getItem("keys") !== "off";
$("keys").addEventListener("change", () => localStorage.setItem("keys", $("keys").checked ? "on" : "off"));

addEventListener("keydown", (event) => {
    const target = event.target;
    if (!about || !$("keys").checked || $("help").open || event.altKey || event.metaKey && event.key !== "z") return;
    if (target.matches("input, select, textarea")) return;
    const isInTiles = $("tiles").contains(target);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const does = (work) => { event.preventDefault(); work(); };
    if ((event.ctrlKey || event.metaKey)) return key === "z" ? does(undo) : undefined;
    if (/^[1-9]$/.test(key) && about.classes[key - 1] !== undefined) return does(() => mark({ class: key - 1 }));
    if (isInTiles) {
        const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
        if (steps[key]) return does(() => move(steps[key]));
    }
    switch (key) {
    case "n": return does(() => mark({ notSure: true }));
    case "s": case "ArrowRight": return isGrid ? undefined : does(skip);
    case "u": case "Backspace": return does(undo);
    case "g": return does(() => view(!isGrid));
    case "a": return isGrid ? does(() => selectAll(true)) : undefined;
    case "Escape": return isGrid ? does(() => selectAll(false)) : undefined;
    case "Delete": return $("clear").hidden ? undefined : does(() => mark({}));
    case "/": return $("find").hidden ? undefined : does(() => $("find").focus());
    case "?": return does(() => $("help").showModal());
    case "Enter": {
        const best = !isGrid && queue[0] && queue[0].suggestions[0];
        if (best && !target.matches("button, a, summary")) does(() => mark({ class: best.class }));
    }
    }
});

(async () => {
    document.body.className = "one";
    try {
        about = await ask("api/session");
        text($("folder"), about.folder);
        text($("labels-file"), about.labels);
        makeClasses();
        take(await ask("api/status?since=0"));
        about.remarks.forEach((words, index) => notice(`remark${index}`, words));
        await fill();
        showOne();
    } catch (error) { failed(error instanceof Refusal ? error : new Error("The server does not answer.")); }
    setTimeout(watch, 1500);
})();
